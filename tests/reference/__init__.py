"""A second build of MoRe's training step: plain, slow, written from the method's description.

Nothing here is shared with `methods/`, apart from the names of settings and weights. Images are
taken one by one and classes, neighbours and pixels in loops, so that the code can be read beside
the formulas. It works in the dtype of its weights.
"""

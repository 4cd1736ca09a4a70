"""What a vision transformer of methods/vit.py costs, by arithmetic; nothing here needs torch."""

from dataclasses import dataclass


@dataclass(frozen=True)
class VitSizes:
    """What decides the cost of a ViT; T tokens, width D."""

    patch_size: int  # pixels
    width: int  # D
    depth: int  # blocks
    image_size: int  # of the position table, pixels
    tokens: int  # T, in front of the patches

    def parameters(self) -> int:
        """Trained values, without a head."""
        width = self.width
        patches = (self.image_size // self.patch_size) ** 2
        embedding = (3 * self.patch_size**2 + 1) * width
        learned = (self.tokens + self.tokens + patches) * width  # tokens, positions of both
        # queries, keys, values, projection and two layers of four times the width; two norms
        block = 12 * width**2 + 13 * width
        return embedding + learned + self.depth * block + 2 * width

    def macs(self, patches: int) -> int:
        """Multiply-accumulate operations of a pass over one image of so many patches."""
        width = self.width
        rows = self.tokens + patches
        block = 12 * rows * width**2 + 2 * rows**2 * width
        return 3 * self.patch_size**2 * patches * width + self.depth * block

    def activations(self, patches: int) -> int:
        """A number that the memory of a pass with gradients grows with, roughly."""
        return self.depth * (self.tokens + patches) * self.width

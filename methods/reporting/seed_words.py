"""How many seeds a number rests on, and what that leaves open."""

LEFT_OUT = "leave out the spread between seeds"  # what intervals over images do


def of_seeds(number: int) -> str:
    """Such as "one seed" and "3 seeds"."""
    return "one seed" if number == 1 else f"{number} seeds"


def unknown_spread(why: str) -> str:
    """The sentence on a spread that nothing tells of.

    Args:
        why: nothing does, such as "One seed was run".
    """
    return f"{why}, so the spread between seeds is not known."

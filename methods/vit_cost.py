"""What a vision transformer of methods/vit.py costs, by arithmetic; nothing here needs torch."""

from dataclasses import dataclass

_FLOAT = 4  # bytes
# Bytes that a process on the CPU holds for each one that it works with: not all that was freed is
# given back (measured: 1.6 to 2.4).
_HELD = 2


@dataclass(frozen=True)
class VitSizes:
    """What decides the cost of a ViT; T tokens, width D."""

    patch_size: int  # pixels
    width: int  # D
    depth: int  # blocks
    image_size: int  # of the position table, pixels
    tokens: int  # T, in front of the patches
    mlp_ratio: float = 4.0  # width between the two layers of an MLP, by D

    @property
    def hidden(self) -> int:
        """Width between the two layers of an MLP."""
        return int(self.width * self.mlp_ratio)

    def parameters(self) -> int:
        """Trained values, without a head."""
        width = self.width
        patches = (self.image_size // self.patch_size) ** 2
        embedding = (3 * self.patch_size**2 + 1) * width
        learned = (self.tokens + self.tokens + patches) * width  # tokens, positions of both
        attention = 4 * width * (width + 1)  # queries, keys, values, projection
        mlp = width * (self.hidden + 1) + self.hidden * (width + 1)
        block = attention + mlp + 4 * width  # two norms
        return embedding + learned + self.depth * block + 2 * width

    def macs(self, patches: int) -> int:
        """Multiply-accumulate operations of a pass over one image of so many patches."""
        width = self.width
        rows = self.tokens + patches
        block = rows * width * (4 * width + 2 * self.hidden) + 2 * rows**2 * width
        return 3 * self.patch_size**2 * patches * width + self.depth * block

    def activations(self, patches: int) -> int:
        """A number that the memory of a pass with gradients grows with, roughly."""
        return self.depth * (self.tokens + patches) * self.width

    def working_memory(self, images: int, patches: int) -> int:
        """Bytes that a pass without gradients takes on the CPU, over images of so many patches.

        The MLP of a block needs most: its input, that normalised, its output and those of another
        block that are kept, and what lies between its two layers before and behind the activation.
        All of it is counted as float32, which lower precisions are less than.
        """
        rows = images * (self.tokens + patches)
        return _HELD * _FLOAT * rows * (4 * self.width + 2 * self.hidden)

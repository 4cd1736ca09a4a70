"""The transformer's drop path, and the attention row that it keeps beside fused attention."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from methods.vit import VisionTransformer, attend_with_row


def small_vit(seed: int = 0, **changes: Any) -> VisionTransformer:
    torch.manual_seed(seed)
    sizes = {"patch_size": 8, "width": 12, "depth": 3, "heads": 2, "tokens": 1}
    return VisionTransformer(**(sizes | {"pretrained_size": 32} | changes))


def images(count: int = 2) -> Tensor:
    return torch.randn(count, 3, 32, 32, generator=torch.Generator().manual_seed(1))


def whole_attention(block: Any, x: Tensor) -> Tensor:
    """All attention weights (B, H, R, R) of a block that is given x (B, R, D)."""
    heads = block.attn.num_heads
    batch, rows, width = x.shape
    qkv = block.attn.qkv(block.norm1(x))
    queries, keys, _ = (part.reshape(batch, rows, heads, -1) for part in qkv.split(width, dim=-1))
    products = torch.einsum("bqhd,bkhd->bhqk", queries, keys) / (width // heads) ** 0.5
    return products.exp() / products.exp().sum(-1, keepdim=True)


def whole_rows(vit: VisionTransformer, x: Tensor) -> Tensor:
    """Weights of the first token on the patches, (B, L, H, N), out of whole attention arrays."""
    inputs: list[Tensor] = []
    for block in vit.blocks:
        block.register_forward_hook(lambda block, given, output: inputs.append(given[0]))
    vit(x)
    arrays = [
        whole_attention(block, given) for block, given in zip(vit.blocks, inputs, strict=True)
    ]
    return torch.stack([array[:, :, 0, 1:] for array in arrays], dim=1)


class TestAttentionRows:
    def test_are_rows_of_the_whole_attention(self) -> None:
        vit = small_vit().double()
        encoded = vit.encode_with_attention(images().double())
        assert encoded.rows.shape == (2, 3, 2, 16)
        assert encoded.rows.dtype == torch.float64
        expected = whole_rows(vit, images().double())
        torch.testing.assert_close(encoded.rows, expected, rtol=0, atol=1e-12)

    def test_gradients_are_those_of_the_whole_attention(self) -> None:
        vit, other = small_vit().double(), small_vit().double()
        factor = torch.randn(2, 3, 2, 16, dtype=torch.float64)
        (vit.encode_with_attention(images().double()).rows * factor).sum().backward()
        (whole_rows(other, images().double()) * factor).sum().backward()
        for name, parameter in other.named_parameters():
            found = vit.get_parameter(name).grad
            if parameter.grad is None:
                assert found is None, name
            else:
                torch.testing.assert_close(found, parameter.grad, rtol=0, atol=1e-12)

    def test_weights_on_all_rows_sum_to_one(self) -> None:
        vit = small_vit()
        x = torch.randn(2, 17, 12)
        _, row = attend_with_row(vit.blocks[0].attn, x)
        assert row.shape == (2, 2, 17)
        torch.testing.assert_close(row.sum(-1), torch.ones(2, 2))

    def test_patches_are_those_of_a_pass_without_rows(self) -> None:
        vit = small_vit(mlp_ratio=2.0).double()
        encoded, plain = vit.encode_with_attention(images().double()), vit(images().double())
        torch.testing.assert_close(encoded.patches, plain.patches, rtol=0, atol=1e-12)
        assert encoded.grid == plain.grid == (4, 4)

    def test_several_tokens(self) -> None:
        vit = small_vit(tokens=3)
        encoded = vit.encode_with_attention(images())
        assert encoded.rows.shape == (2, 3, 2, 16)
        torch.testing.assert_close(encoded.patches, vit(images()).patches)

    @pytest.mark.parametrize("fused", [True, False])
    def test_both_kinds_of_attention_agree(self, fused: bool) -> None:
        attention = small_vit().blocks[1].attn.double()
        attention.fused_attn = fused
        x = torch.randn(2, 17, 12, dtype=torch.float64)
        mixed, _ = attend_with_row(attention, x)
        torch.testing.assert_close(mixed, attention(x), rtol=0, atol=1e-12)

    def test_queries_keys_and_values_are_made_once_a_block(self) -> None:
        vit, calls = small_vit(), []
        for block in vit.blocks:
            block.attn.qkv.register_forward_hook(lambda *_: calls.append(1))
        vit.encode_with_attention(images())
        assert len(calls) == 3

    @pytest.mark.parametrize(("gradients", "fused"), [(True, False), (False, True)])
    def test_low_precision_gradients_on_a_cpu_do_without_fused_attention(
        self, gradients: bool, fused: bool
    ) -> None:
        vit = small_vit()
        with torch.set_grad_enabled(gradients), torch.autocast("cpu", torch.bfloat16):
            encoded = vit.encode_with_attention(images())
        assert all(block.attn.fused_attn == fused for block in vit.blocks)
        assert encoded.rows.dtype == torch.float32
        exact = vit.encode_with_attention(images()).rows
        torch.testing.assert_close(encoded.rows, exact, rtol=0, atol=1e-3)
        assert not torch.equal(encoded.rows, exact)


class TestDropPath:
    def test_rises_in_equal_steps(self) -> None:
        vit = small_vit(depth=5, drop_path=0.2)
        for branch in ("drop_path1", "drop_path2"):
            drops = [getattr(block, branch) for block in vit.blocks]
            assert isinstance(drops[0], nn.Identity)
            found = [drop.drop_prob for drop in drops[1:]]
            assert found == pytest.approx([0.05, 0.1, 0.15, 0.2])

    def test_depth_of_one_drops_nothing(self) -> None:
        assert isinstance(small_vit(depth=1, drop_path=0.5).blocks[0].drop_path1, nn.Identity)

    def test_evaluation_keeps_every_branch(self) -> None:
        vit, plain = small_vit(drop_path=0.5), small_vit()
        vit.eval()
        assert torch.equal(
            vit.encode_with_attention(images()).patches,
            plain.encode_with_attention(images()).patches,
        )

    def test_branches_are_dropped_by_the_image_and_rescaled(self) -> None:
        """Against the same draws, by hand: attention first, then the MLP, of each image."""
        vit = small_vit(depth=2, drop_path=0.5).train()
        batch = images(6)
        torch.manual_seed(4)
        found = vit.encode_with_attention(batch).patches
        torch.manual_seed(4)
        kept = [torch.empty(6, 1, 1).bernoulli_(0.5) for _ in range(2)]
        outcomes = {(int(first), int(second)) for first, second in zip(*kept, strict=True)}
        assert len(outcomes) > 2
        x = torch.cat((vit.cls_token.expand(6, -1, -1), vit.patch_embed(batch)), 1) + vit.pos_embed
        first, second = vit.blocks
        x = x + first.attn(first.norm1(x))
        x = x + first.mlp(first.norm2(x))
        x = x + kept[0] / 0.5 * second.attn(second.norm1(x))
        x = x + kept[1] / 0.5 * second.mlp(second.norm2(x))
        torch.testing.assert_close(found, vit.norm(x)[:, 1:])

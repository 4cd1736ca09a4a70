"""The graph block and the LAM against plain loops over images, classes and tokens."""

import math
from itertools import product

import pytest
import torch
from torch import Tensor

from methods.errors import InputError
from methods.more.formulation import PRESETS, PROGRAM, Formulation
from methods.more.graph import GraphCategoryRepresentation
from methods.more.network import cosine_maps, dot_product_maps

IMAGES, CLASSES, PATCHES, WIDTH, RATIO = 2, 5, 9, 8, 0.5
GRAPHS = [
    Formulation(
        gcr_neighbours=neighbours,
        gcr_tails=tails,
        gcr_similarity=similarity,
        gcr_gate=gate,
        gcr_fusion=fusion,
    )
    for neighbours, tails, similarity, gate, fusion in product(
        ("program", "paper"),
        ("program", "paper"),
        ("program", "paper", "cosine"),
        ("program", "paper"),
        ("program", "paper", "legacy"),
    )
]


def named(kind: Formulation) -> str:
    """The switches that differ from the program, for the names of tests."""
    return " ".join(f"{k}={v}" for k, v in vars(kind).items() if v != "program") or "program"


def dot(first: Tensor, second: Tensor) -> Tensor:
    return torch.stack([first[d] * second[d] for d in range(len(first))]).sum()


def cosine(first: Tensor, second: Tensor) -> Tensor:
    return dot(first, second) / (dot(first, first).sqrt() * dot(second, second).sqrt())


def shares(values: list[Tensor]) -> list[Tensor]:
    total = torch.stack([value.exp() for value in values]).sum()
    return [value.exp() / total for value in values]


def leaky(values: Tensor) -> Tensor:
    return torch.where(values > 0, values, 0.01 * values)


def reason(
    graph: GraphCategoryRepresentation, tokens: Tensor, patches: Tensor, kind: Formulation
) -> Tensor:
    """Class tokens (C, D) of one image after GCR, token by token."""
    if kind.gcr_fusion != "legacy":
        patches = patches.detach()
    candidates = [*patches] if kind.gcr_tails == "paper" else [*tokens, *patches]
    tails = [graph.tail_proj(candidate) for candidate in candidates]
    paper_count = kind.gcr_neighbours == "paper"
    count = len(patches) // 2 if paper_count else int(RATIO * len(tokens))
    results = []
    for token in tokens:
        head = graph.head_proj(token)
        if kind.gcr_similarity == "cosine":
            similar = [cosine(head, tail) for tail in tails]
        elif kind.gcr_similarity == "paper":
            similar = [dot(head, tail) for tail in tails]
        else:
            similar = [dot(head, tail) / math.sqrt(WIDTH) for tail in tails]
        order = sorted(range(len(tails)), key=lambda index: similar[index].item(), reverse=True)
        nearest = order[:count]
        gates = []
        for index, share in zip(nearest, shares([similar[i] for i in nearest]), strict=True):
            activation = torch.tanh(head + (1 - share) * head + share * tails[index])
            if kind.gcr_gate == "paper":
                gates.append(dot(tails[index], activation))
            else:
                gates.append(tails[index].sum() * activation.sum())
        context = torch.zeros(WIDTH)
        for index, weight in zip(nearest, shares(gates), strict=True):
            context = context + weight * tails[index]
        results.append(fuse(graph, token, head, context, kind))
    return torch.stack(results)


def fuse(
    graph: GraphCategoryRepresentation,
    token: Tensor,
    head: Tensor,
    context: Tensor,
    kind: Formulation,
) -> Tensor:
    if kind.gcr_fusion == "paper":
        return leaky(graph.linear1(head + context)) + leaky(graph.linear2(head * context))
    if kind.gcr_fusion == "legacy":
        mixed = leaky(graph.linear1(token + context)) + leaky(graph.linear2(token * context))
        return graph.norm(mixed) + token
    added = leaky(graph.linear1(0.1 * (head + context) + token))
    return graph.norm(added + leaky(graph.linear2(0.1 * (head * context) + token)))


@pytest.mark.parametrize("kind", GRAPHS, ids=named)
def test_graph(kind: Formulation) -> None:
    torch.manual_seed(0)
    graph = GraphCategoryRepresentation(WIDTH, RATIO, kind)
    torch.nn.init.normal_(graph.norm.weight)
    cotangent = torch.randn(IMAGES, CLASSES, WIDTH)
    given = torch.randn(IMAGES, CLASSES, WIDTH), torch.randn(IMAGES, PATCHES, WIDTH)
    results = []
    for by_loops in (False, True):
        tokens, patches = (value.clone().requires_grad_() for value in given)
        graph.zero_grad()
        if by_loops:
            pairs = zip(tokens, patches, strict=True)
            output = torch.stack([reason(graph, *pair, kind) for pair in pairs])
        else:
            output = graph(tokens, patches)
        (output * cotangent).sum().backward()
        gradients = {name: value.grad for name, value in graph.named_parameters()}
        results.append(
            {"output": output, "tokens": tokens.grad, "patches": patches.grad} | gradients
        )
    found, expected = results
    absent = {name for name, value in expected.items() if value is None}
    assert absent == {name for name, value in found.items() if value is None}
    assert ("patches" in absent) == (kind.gcr_fusion != "legacy")
    assert ("norm.weight" in absent) == (kind.gcr_fusion == "paper")
    for name in expected.keys() - absent:
        torch.testing.assert_close(found[name], expected[name], rtol=1e-4, atol=1e-4, msg=name)


def test_the_renamed_graph_is_the_program_s() -> None:
    torch.manual_seed(0)
    graph = GraphCategoryRepresentation(WIDTH, RATIO)
    renamed = GraphCategoryRepresentation(WIDTH, RATIO, Formulation(gcr_fusion="renamed"))
    renamed.load_state_dict(graph.state_dict())
    results = []
    for block in (graph, renamed):
        tokens, patches = torch.ones(1, CLASSES, WIDTH), torch.ones(1, PATCHES, WIDTH)
        patches.requires_grad_()
        output = block(tokens.cumsum(2), patches)
        output.square().sum().backward()
        assert patches.grad is None
        results.append(output)
    assert torch.equal(*results)


def test_neighbours_of_a_training_crop() -> None:
    paper = GraphCategoryRepresentation(WIDTH, RATIO, Formulation(gcr_neighbours="paper"))
    assert paper.neighbours(20, 784) == paper.neighbours(80, 784) == 392
    program = GraphCategoryRepresentation(WIDTH, RATIO, PROGRAM)
    assert [program.neighbours(classes, 784) for classes in (20, 80)] == [10, 40]


def test_more_neighbours_than_tails() -> None:
    graph = GraphCategoryRepresentation(WIDTH, RATIO, Formulation(gcr_tails="paper"))
    with pytest.raises(InputError, match="found 10 neighbours to choose among 9 tails"):
        graph(torch.randn(1, 20, WIDTH), torch.randn(1, 9, WIDTH))


def test_graph_of_the_paper_is_float32_under_autocast() -> None:
    torch.manual_seed(0)
    graph = GraphCategoryRepresentation(64, RATIO, PRESETS["paper"])
    tokens, patches = torch.randn(1, 6, 64), torch.randn(1, 9, 64)
    with torch.autocast("cpu", torch.bfloat16):
        found = graph(tokens, patches)
    assert found.dtype == torch.float32
    assert torch.equal(found, graph(tokens, patches))


@pytest.mark.parametrize(("maps", "similarity"), [(dot_product_maps, dot), (cosine_maps, cosine)])
def test_lam(maps: object, similarity: object) -> None:
    assert callable(maps)
    assert callable(similarity)
    torch.manual_seed(0)
    tokens, features = torch.randn(2, 3, WIDTH), 5 * torch.randn(2, WIDTH, 2, 3)
    found = maps(tokens, features)
    for image, token, row, column in product(range(2), range(3), range(2), range(3)):
        expected = similarity(tokens[image, token], features[image, :, row, column])
        torch.testing.assert_close(found[image, token, row, column], expected)
    if maps is cosine_maps:
        assert found.abs().max() <= 1

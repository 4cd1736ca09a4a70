"""CRE, URE and the class-token loss against plain loops over images, classes and patches."""

import math
from itertools import product

import pytest
import torch
from torch import Tensor

from methods.more.formulation import PROGRAM, Formulation
from methods.more.losses import class_token_loss, cre_loss
from methods.more.settings import UreSettings
from methods.more.ure import select_patches, ure_loss

CRES = [
    Formulation(cre_similarity=similarity, cre_mean=mean, cre_range=kind)
    for similarity, mean, kind in product(
        ("program", "paper"), ("program", "paper"), ("program", "fixed")
    )
]
SELECTION = UreSettings(window=3, threshold=1.2, tokens=8)


def named(kind: Formulation) -> str:
    """The switches that differ from the program, for the names of tests."""
    return " ".join(f"{k}={v}" for k, v in vars(kind).items() if v != "program") or "program"


def unit(vector: Tensor) -> Tensor:
    return vector / vector.square().sum().sqrt()


def log_sum_exp(values: list[Tensor]) -> Tensor:
    largest = max(value.item() for value in values)
    return largest + torch.stack([(value - largest).exp() for value in values]).sum().log()


@pytest.fixture
def batch() -> dict[str, Tensor]:
    """Three images on a 9 x 9 grid; of the first one's classes, the last has no confident patch."""
    torch.manual_seed(0)
    mask = torch.randint(0, 5, (3, 9, 9))
    mask[mask == 4] = 255
    mask[0][mask[0] == 3] = 0
    return {
        "tokens": torch.randn(3, 4, 8),
        "features": torch.randn(3, 8, 9, 9),
        "mask": mask,
        "labels": torch.tensor([[1.0, 0, 1, 0], [0, 1, 1, 0], [1, 1, 1, 0]]),
    }


def cre_by_loops(batch: dict[str, Tensor], temperature: float, kind: Formulation) -> Tensor:
    per_class, pairs = [], []
    for tokens, features, mask, labels in zip(*batch.values(), strict=True):
        patches = [vector.detach() for vector in features.flatten(1).T]
        if kind.cre_similarity == "paper":
            patches = [unit(vector) for vector in patches]
        for index in range(len(tokens)):
            if not labels[index]:
                continue
            scores = [(unit(tokens[index]) * patch).sum() / temperature for patch in patches]
            if kind.cre_range == "program":
                exponentials = [score.exp() for score in scores]
                total = torch.stack(exponentials).sum()
                costs = [-(value / (total + 1e-4)).log() for value in exponentials]
            else:
                partition = log_sum_exp([*scores, torch.tensor(math.log(1e-4))])
                costs = [partition - score for score in scores]
            positive = [
                cost
                for cost, label in zip(costs, mask.flatten(), strict=True)
                if label == index + 1
            ]
            if positive:
                per_class.append(torch.stack(positive).sum() / (len(positive) + 1e-4))
            pairs += positive
    if kind.cre_mean == "paper":
        return torch.stack(pairs).sum() / len(pairs)
    return torch.stack(per_class).sum() / len(batch["mask"])


class TestCre:
    @pytest.mark.parametrize("kind", CRES, ids=named)
    @pytest.mark.parametrize("temperature", [0.5, 0.1])
    def test_loops(self, batch: dict[str, Tensor], kind: Formulation, temperature: float) -> None:
        results = []
        for by_loops in (False, True):
            leaves = {key: batch[key].clone().requires_grad_() for key in ("tokens", "features")}
            given = leaves | {key: batch[key] for key in ("mask", "labels")}
            if by_loops:
                value = cre_by_loops(given, temperature, kind)
            else:
                value = cre_loss(*given.values(), temperature, kind)
            value.backward()
            assert leaves["features"].grad is None
            results.append((value.detach(), leaves["tokens"].grad))
        for found, expected in zip(*results, strict=True):
            torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-5)

    @staticmethod
    def one_score(product: float) -> dict[str, Tensor]:
        """Two patches, of which the second is confident; the first one's product is given."""
        return {
            "tokens": torch.tensor([[[1.0, 0], [0, 1]]], requires_grad=True),
            "feature_map": torch.tensor([[[[product, 1]], [[0, 0]]]]),
            "mask": torch.tensor([[[0, 1]]]),
            "labels": torch.tensor([[1.0, 0]]),
        }

    @pytest.mark.parametrize("product", [16.6, -11.0])
    def test_published_form_overflows_at_low_temperatures(self, product: float) -> None:
        given = self.one_score(product)
        assert cre_loss(**given, temperature=0.1, formulation=PROGRAM).isnan()
        assert cre_loss(**given, temperature=0.5, formulation=PROGRAM).isfinite()
        fixed = Formulation(cre_range="fixed")
        loss = cre_loss(**given, temperature=0.1, formulation=fixed)
        loss.backward()
        assert loss.isfinite()
        assert given["tokens"].grad is not None
        assert given["tokens"].grad.isfinite().all()

    def test_classes_that_are_absent_may_overflow(self) -> None:
        given = self.one_score(16.6)
        given["feature_map"] = given["feature_map"].flip(1)  # now along the second class's token
        assert cre_loss(**given, temperature=0.1, formulation=PROGRAM).isfinite()

    def test_confident_patch_that_underflows_costs_infinity(self) -> None:
        given = self.one_score(2.0)
        given["feature_map"][0, 0, 0, 1] = -11.0
        loss = cre_loss(**given, temperature=0.1, formulation=PROGRAM)
        assert not loss.isfinite()

    def test_class_whose_exponentials_all_vanish(self) -> None:
        given = self.one_score(-20.0)
        given["feature_map"][0, 0, 0, 1] = -20.0
        loss = cre_loss(**given, temperature=0.1, formulation=PROGRAM)
        loss.backward()
        assert loss.item() == pytest.approx(math.log(1.0001) / 1.0001)
        assert given["tokens"].grad is not None
        assert not given["tokens"].grad.any()

    @pytest.mark.parametrize("kind", CRES, ids=named)
    @pytest.mark.parametrize("nothing", ["mask", "labels"])
    def test_without_a_positive_pair(
        self, batch: dict[str, Tensor], kind: Formulation, nothing: str
    ) -> None:
        given = batch | {nothing: torch.zeros_like(batch[nothing])}
        given["tokens"] = given["tokens"].clone().requires_grad_()
        loss = cre_loss(*given.values(), 0.5, kind)
        loss.backward()
        assert loss == 0
        assert given["tokens"].grad is not None
        assert not given["tokens"].grad.any()


class TestUre:
    @pytest.mark.parametrize("kind", ["program", "paper"])
    @pytest.mark.parametrize("labelled", ["some", "all", "none"])
    def test_loops(self, batch: dict[str, Tensor], kind: str, labelled: str) -> None:
        labels = {"some": batch["labels"], "all": torch.ones(3, 4), "none": torch.zeros(3, 4)}
        tokens, present = batch["tokens"].clone().requires_grad_(), labels[labelled]
        results = []
        for by_loops in (False, True):
            torch.manual_seed(1)
            features = batch["features"].clone().requires_grad_()
            if by_loops:
                value = self.by_loops(tokens.detach(), features, batch["mask"], present, kind)
            else:
                formulation = Formulation(ure="paper") if kind == "paper" else PROGRAM
                value = ure_loss(tokens, features, batch["mask"], present, SELECTION, formulation)
            value.backward()
            results.append((value.detach(), features.grad))
        assert tokens.grad is None
        for found, expected in zip(*results, strict=True):
            torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-6)

    @staticmethod
    def by_loops(
        tokens: Tensor, features: Tensor, mask: Tensor, labels: Tensor, kind: str
    ) -> Tensor:
        costs = []
        items, places = select_patches(mask, SELECTION)
        for image, place in zip(items.tolist(), places.tolist(), strict=True):
            patch = unit(features[image, :, place // 9, place % 9])
            near, far = [], []
            for token, label in zip(tokens[image], labels[image], strict=True):
                cosine = (patch * unit(token)).sum()
                (near if label else far).append(cosine)
            zero = torch.zeros(())
            if kind == "paper":
                attraction = sum((1 - c for c in near), zero) / max(len(near), 1)
                costs.append(attraction + sum(far, zero) / max(len(far), 1))
            else:
                attraction = 1 - sum((c.abs() for c in near), zero) / (len(near) + 1)
                repulsion = sum((c.abs() for c in far), zero) / (len(far) + 1)
                costs.append(0.5 * attraction + 0.5 * repulsion)
        return torch.stack(costs).sum() / len(costs)

    def test_equation_9_rewards_what_points_away_from_absent_classes(self) -> None:
        """The program's absolute cosine makes it pay instead."""
        tokens = torch.tensor([[[1.0, 0], [-1, 0]]])
        features = torch.zeros(1, 2, 9, 9)
        features[:, 0] = 3
        given = tokens, features, torch.full((1, 9, 9), 255), torch.tensor([[1.0, 0]])
        assert ure_loss(*given, SELECTION, Formulation(ure="paper")).item() == pytest.approx(-1)
        assert ure_loss(*given, SELECTION, PROGRAM).item() == pytest.approx(0.5)


class TestClassTokens:
    @staticmethod
    def by_loops(tokens: Tensor, labels: Tensor, kind: str) -> Tensor:
        contrast, classified = [], []
        for image, present in zip(tokens, labels, strict=True):
            directions = [unit(token) for token in image]
            for index, direction in enumerate(directions):
                scores = [(direction * other).sum() / 0.07 for other in directions]
                contrast.append(log_sum_exp(scores) - scores[index])
                chance = 1 / (1 + (-direction.sum() / len(direction)).exp())
                classified.append(-(chance if present[index] else 1 - chance).log())
        value = torch.stack(contrast).mean()
        if kind == "classified":
            value = 0.5 * torch.stack(classified).mean() + 0.5 * value
        return value

    @pytest.mark.parametrize("kind", ["program", "classified"])
    def test_loops(self, batch: dict[str, Tensor], kind: str) -> None:
        formulation = PROGRAM if kind == "program" else Formulation(attri="classified")
        results = []
        for by_loops in (False, True):
            tokens = batch["tokens"].clone().requires_grad_()
            if by_loops:
                value = self.by_loops(tokens, batch["labels"], kind)
            else:
                value = class_token_loss(tokens, batch["labels"], formulation)
            value.backward()
            results.append((value.detach(), tokens.grad))
        for found, expected in zip(*results, strict=True):
            torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-6)

    def test_equal_tokens_start_at_the_published_values(self) -> None:
        """ln 20 in the authors' VOC log, about half of ln 2 and of ln 80 in their COCO log."""
        for classes, kind, expected in (
            (20, PROGRAM, 2.9957),
            (80, Formulation(attri="classified"), 2.5375),
        ):
            tokens = torch.randn(1, 1, 768).expand(1, classes, -1)
            found = class_token_loss(tokens, torch.zeros(1, classes), kind).item()
            assert found == pytest.approx(expected, abs=2e-3)

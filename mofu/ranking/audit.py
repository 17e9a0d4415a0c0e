"""From a ranking to an audit of its first k, and from blind judgements to precision@k with an honest interval.

An audit shows the first k images in a random order that says nothing of their ranks. Whoever judges them may stop
anywhere: what was shown until then is a simple random sample without replacement, and within it the images of the first
j < k are one of the first j, so one audit serves precision@50 and precision@100. Verdicts that made the ranking are no
part of it: they were given to images that somebody chose.

The interval was chosen by its exact coverage and its mean width over all true precisions 0/k … k/k, for k of 20, 50,
100, 200 and 500 and samples of 5, 10, 20, 30, 50 and 100 < k (`benchmarks/audit.py`):

    95 % interval                       worst coverage   mean coverage   mean width
    Wilson                              0.832            0.972           0.361
    Wilson, finite population           0.800            0.955           0.330
    hypergeometric, mid-p               0.913            0.966           0.340
    hypergeometric, Blaker              0.950            0.972           0.351      chosen
    hypergeometric, equal tails         0.951            0.981           0.374      "the exact one"
    Clopper–Pearson                     0.960            0.990           0.418

Blaker's is the narrowest that never falls short, and nowhere wider than the exact one with equal tails.

It holds for a sample whose size did not depend on what was seen. Who looks after each judgement and stops once the
interval suits is wrong more often: of 100 images, with targets of 0.8, 0.9 and 0.95, up to 20 % of such audits would
end with the wrong answer. The stop signal therefore reads evidence that may be looked at any time: it errs in at most
3.9 %, and takes 49 judgements (median) instead of 41 to tell that 99 right ones of 100 are at least 95.
"""

from __future__ import annotations

import hashlib
import math
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from mofu.ranking.metrics.intervals import Interval, blaker_bounds
from mofu.ranking.metrics.sequential import sequential_evidence

Judgement = Literal["accept", "reject", "unsure"]
Answer = Literal["yes", "no", "open"]
Counts = NDArray[np.int_]
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Audit:
    """The first k images of a ranking in a random order.

    Attributes:
        k: how many images.
        seed: what repeats the order.
        images: (k,) names of the images in the order of showing: judge from the front, as many as wanted.
        ranks: (k,) the rank of each, from 1; not for the eyes of whoever judges.
    """

    k: int
    seed: int
    images: tuple[str, ...]
    ranks: tuple[int, ...] = field(repr=False)

    def result(self, judgements: Mapping[str, Judgement], k: int | None = None) -> AuditResult:
        """What the judgements say of precision@k.

        The sample reaches to the last image that was judged. An image that was passed over before it counts as unsure:
        who leaves out the hard ones does not judge a random sample.

        Args:
            judgements: of images of this audit, in any order.
            k: at most that of the audit, which is the default.

        Raises:
            ValueError: a k beyond the audit's or below 1, a judgement that is none, or of an image that is not of the
                audit.
        """
        first = self.k if k is None else k
        if not 1 <= first <= self.k:
            raise ValueError(f"k = {first}: expected 1 to {self.k}, the images of this audit; draw one of more")
        _check_judgements(judgements, self.images)
        shown = max((place + 1 for place, image in enumerate(self.images) if image in judgements), default=0)
        sample = zip(self.images[:shown], self.ranks[:shown], strict=True)
        given = [judgements.get(image, "unsure") for image, rank in sample if rank <= first]
        return AuditResult(first, given.count("accept"), given.count("reject"), given.count("unsure"))


@dataclass(frozen=True, slots=True)
class AuditResult:
    """What a random sample of the first k says of precision@k.

    Nobody knows what the unsure ones are, so nothing is assumed of them: the interval's lower end counts them as wrong
    and its upper end as right, and it covers the truth whichever they are.

    Attributes:
        k: size of what the sample was drawn from.
        accepted: images of the sample that were judged right.
        rejected: judged wrong.
        unsure: judged neither, or passed over.
        confidence: of the interval and of the stop signal.
    """

    k: int
    accepted: int
    rejected: int
    unsure: int
    confidence: float = 0.95

    def __post_init__(self) -> None:
        if min(self.accepted, self.rejected, self.unsure) < 0 or not self.judged <= self.k:
            raise ValueError(f"{self.accepted} + {self.rejected} + {self.unsure} judgements of k = {self.k} images")

    @property
    def judged(self) -> int:
        """Images of the sample."""
        return self.accepted + self.rejected + self.unsure

    @property
    def precision(self) -> float:
        """The right share of the images judged right or wrong; NaN where there are none."""
        decided = self.accepted + self.rejected
        return self.accepted / decided if decided else math.nan

    @property
    def interval(self) -> Interval:
        """Covers precision@k with `confidence` or more, for a sample of a size decided beforehand; [0, 1] for none."""
        bounds = blaker_bounds(self.judged, self.k, self.confidence)
        return Interval(bounds.after(self.accepted).low, bounds.after(self.accepted + self.unsure).high)

    def reaches(self, target: float) -> Answer:
        """The stop signal: is precision@k at least `target`? It may be asked after each judgement.

        With `confidence` no answer in the whole course of an audit is wrong, however often it is asked. The interval
        may leave the target out a good while before: it holds for one look only.

        Raises:
            ValueError: a target outside (0, 1].
        """
        evidence = sequential_evidence(self.judged, self.k, target)
        if evidence.reached[self.accepted] >= self._needed:
            return "yes"
        return "no" if evidence.missed[self.accepted + self.unsure] >= self._needed else "open"

    def more_for_target(self, target: float) -> int | None:
        """About how many more judgements until `reaches(target)` is no longer open.

        The least number after which it is at least as likely settled as not, if the rest is like what was seen: right
        ones after the sample's (uniform prior, beta-binomial), unsure ones in the sample's share.

        Returns:
            0 where it is settled; None where the unsure would leave it open even if all k were judged.

        Raises:
            ValueError: a target outside (0, 1].
        """

        def settled(judged: int, right: Counts, right_or_unsure: Counts) -> NDArray[np.bool_]:
            evidence = sequential_evidence(judged, self.k, target)
            reached, missed = evidence.reached[right], evidence.missed[right_or_unsure]
            return np.maximum(reached, missed) >= self._needed

        return self._more(settled)

    def more_for_width(self, width: float) -> int | None:
        """About how many more judgements until the interval is no wider than `width`; as `more_for_target`.

        Raises:
            ValueError: a width outside (0, 1].
        """
        if not 0 < width <= 1:
            raise ValueError(f"a width of {width}: expected one above 0 and at most 1")

        def narrow(judged: int, right: Counts, right_or_unsure: Counts) -> NDArray[np.bool_]:
            bounds = blaker_bounds(judged, self.k, self.confidence)
            return np.asarray(bounds.high[right_or_unsure] - bounds.low[right] <= width + _ROUNDING)

        return self._more(narrow)

    @property
    def _needed(self) -> float:
        return (1 - _ROUNDING) / (1 - self.confidence)

    def _more(self, enough: Callable[[int, Counts, Counts], NDArray[np.bool_]]) -> int | None:
        """The least number more with which what may be seen is `enough` by a chance of one half or better."""

        def likely(judged: int) -> bool:
            unsure = self.unsure + round((judged - self.judged) * self.unsure / max(self.judged, 1))
            new = judged - unsure - self.accepted - self.rejected
            chances = _beta_binomial(new, self.accepted + 1, self.rejected + 1)
            right = self.accepted + np.arange(new + 1)
            return float(chances[enough(judged, right, right + unsure)].sum()) >= 0.5 - _ROUNDING

        sizes = range(self.judged, self.k + 1)
        more = bisect_left(sizes, True, key=likely)
        return more if more < len(sizes) else None


def draw_audit(ranking: Sequence[str], k: int, seed: int) -> Audit:
    """Shuffle the first k of a ranking.

    The order is that of hashes of the seed, the first k and each name: the same on any machine. Another ranking has
    another order, because judgements may become verdicts and change what is ranked first: an audit that began with the
    same images again would find those that it put there itself.

    Args:
        ranking: names of the images, best first.
        k: at least 1 and at most the images there are.
        seed: decides the order.

    Raises:
        ValueError: fewer than k images, k < 1, or an image twice.
    """
    if not 1 <= k <= len(ranking):
        raise ValueError(f"an audit of the first {k} of {len(ranking)} images: expected 1 to {len(ranking)}")
    if len(set(ranking[:k])) < k:
        raise ValueError(f"an image twice among the first {k}: expected each once")
    first = hashlib.sha256("\n".join([str(seed), *ranking[:k]]).encode()).hexdigest()
    turns = [hashlib.sha256(f"{first}:{image}".encode()).digest() for image in ranking[:k]]
    places = sorted(range(k), key=turns.__getitem__)
    return Audit(k, seed, tuple(ranking[place] for place in places), tuple(place + 1 for place in places))


def _beta_binomial(n: int, a: int, b: int) -> NDArray[np.float64]:
    """(n + 1,) chances of 0 … n successes in n trials whose chance is beta distributed."""
    y = np.arange(n)
    steps = np.log((n - y) * (a + y)) - np.log((y + 1) * (b + n - 1 - y))
    logs = np.concatenate([[0.0], np.cumsum(steps)])
    chances = np.exp(logs - logs.max())
    return np.asarray(chances / chances.sum())


def _check_judgements(judgements: Mapping[str, Judgement], images: Sequence[str]) -> None:
    if strangers := judgements.keys() - set(images):
        raise ValueError(f"{len(strangers)} judged images are not of this audit, {min(strangers)!r} among them")
    if unknown := sorted(set(judgements.values()) - set(get_args(Judgement))):
        raise ValueError(f"judgement {unknown[0]!r}: expected {', '.join(get_args(Judgement))}")

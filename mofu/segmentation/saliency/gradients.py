"""A reading and some of its classes → the gradients of all of them at once, plain or guided.

One forward pass is shared by every class, and the backward passes are one batch of them.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import torch
from torch.nn import functional
from torch.overrides import TorchFunctionMode

# an operation that knows no batches is asked class by class, which is what there was before; nobody can do anything
warnings.filterwarnings("ignore", "There is a performance drop because we have not yet implemented the batching rule")


class _GuidedRelu(torch.autograd.Function):
    """A ReLU that lets a gradient pass where the activation and the gradient are positive.

    Springenberg et al., "Striving for simplicity", ICLR workshop 2015.
    """

    @staticmethod
    def forward(ctx: Any, maps: torch.Tensor) -> torch.Tensor:
        activation = maps.clamp_min(0)
        ctx.save_for_backward(activation)
        return activation

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> torch.Tensor:
        (activation,) = ctx.saved_tensors
        passed: torch.Tensor = torch.ops.aten.threshold_backward(gradients[0].clamp_min(0), activation, 0)
        return passed


class Guided(TorchFunctionMode):
    """While active, every ReLU is a guided one, as a module, as a function or as a method, in place or not.

    Networks call ReLUs as functions too, where no hook on modules would see them.
    """

    _RELUS = (functional.relu, torch.relu, torch.relu_, torch.Tensor.relu, torch.Tensor.relu_, functional.relu_)

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Iterable[type],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        """See `TorchFunctionMode`."""
        del types
        if func in self._RELUS:
            return _GuidedRelu.apply(args[0])
        return func(*args, **(kwargs or {}))


def class_gradients(
    outputs: torch.Tensor, classes: Sequence[int], inputs: Sequence[torch.Tensor]
) -> tuple[torch.Tensor, ...]:
    """Gradients of the sum of a class's outputs, for several classes in one pass, or in halves where memory ends.

    Args:
        outputs: (1, C, …): logits of cells; before the softmax, whose gradients vanish where it is sure.
        classes: k of the C.
        inputs: tensors (1, …) of which the outputs were computed.

    Returns:
        (k, …) of each input; zeros where the outputs do not depend on it.

    Raises:
        torch.OutOfMemoryError: the device has no room for one class.
    """
    if not classes:
        return tuple(each.new_zeros(0, *each.shape[1:]) for each in inputs)
    try:
        return _together(outputs, classes, inputs)
    except torch.OutOfMemoryError:
        if len(classes) == 1:
            raise
    middle = len(classes) // 2
    halves = (class_gradients(outputs, part, inputs) for part in (classes[:middle], classes[middle:]))
    return tuple(torch.cat(both) for both in zip(*halves, strict=True))


def _together(
    outputs: torch.Tensor, classes: Sequence[int], inputs: Sequence[torch.Tensor]
) -> tuple[torch.Tensor, ...]:
    seeds = torch.zeros(len(classes), *outputs.shape, device=outputs.device)
    for row, each in enumerate(classes):
        seeds[row, 0, each] = 1

    def of_one(seed: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return torch.autograd.grad(outputs, inputs, seed, retain_graph=True, allow_unused=True, materialize_grads=True)

    found = torch.func.vmap(of_one)(seeds)
    return tuple(each[:, 0] for each in found)

"""Import torchvision, also beside a build of torch that it was not compiled for.

torchvision registers its compiled operators when it is imported. Beside a torch build
without them (a CPU torch with a CUDA torchvision, say) the import stops with
``operator torchvision::nms does not exist``, although nothing that this package uses
(``torchvision.datasets``) needs those operators. Declaring the missing operators makes
the import work. They are declared only after that very error: on a healthy pair a second
declaration would abort the process.
"""

from __future__ import annotations

import importlib
from types import ModuleType

import torch

_SCHEMAS = {
    "nms": "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms": "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
}
_declared: list[torch.library.Library] = []  # an operator lives as long as its Library


def torchvision_datasets() -> ModuleType:
    """Return the module ``torchvision.datasets``.

    Raises ImportError if torchvision is not installed, and RuntimeError if it fails to
    import for any other reason than its missing compiled operators.
    """
    for _ in range(len(_SCHEMAS) + 1):
        try:
            return importlib.import_module("torchvision.datasets")
        except RuntimeError as error:
            missing = [n for n in _SCHEMAS if f"operator torchvision::{n} does not exist" in str(error)]
            if not missing:
                raise
            library = torch.library.Library("torchvision", "FRAGMENT")
            library.define(missing[0] + _SCHEMAS[missing[0]])
            _declared.append(library)
    raise RuntimeError("torchvision could not be imported: its operators stay undefined after they were declared")

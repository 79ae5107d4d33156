"""Principal component analysis by the eigenvectors of the covariance, and angles between subspaces."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from aelib import _check


@dataclass(frozen=True)
class PCA:
    """A fitted PCA: ``mean`` (P,), ``V`` (P, K) with orthonormal columns, ``eigenvalues`` (P,) in falling order.

    The eigenvalues are those of the covariance with 1/N: their sum is the mean squared
    distance to the mean, and the sum of all but the first K is the mean squared error of
    the reconstruction, summed over inputs (GT, UofT).
    """

    mean: torch.Tensor
    V: torch.Tensor
    eigenvalues: torch.Tensor

    def encode(self, x: torch.Tensor) -> torch.Tensor:
        """z = (x - mean) V, shape (N, K)."""
        return (_check.tensor("x", x, "N", len(self.mean)) - self.mean) @ self.V

    def decode(self, z: torch.Tensor) -> torch.Tensor:
        """x_hat = z V^T + mean, shape (N, P)."""
        return _check.tensor("z", z, "N", self.V.shape[1]) @ self.V.T + self.mean

    def first(self, k: int) -> PCA:
        """The same with the first ``k`` components only."""
        k = _check.whole("k", k, most=self.V.shape[1], most_is=", the number of components")
        return PCA(self.mean, self.V[:, :k], self.eigenvalues)

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        """x_hat = (x - mean) V V^T + mean, shape (N, P)."""
        return self.decode(self.encode(x))


def fit(x: torch.Tensor, k: int, center: bool = True) -> PCA:
    """The ``k`` leading principal components of x (N, P), computed in double precision.

    ``center=False`` leaves the mean at zero, which gives the best linear map without biases.
    Each column's sign makes its largest entry positive. Raises ValueError unless 1 <= k <= P
    and all numbers are finite.
    """
    _check.tensor("x", x, "N", "P", finite=True)
    k = _check.whole("k", k, most=x.shape[1], most_is=", the number of inputs")
    mean = x.mean(0, dtype=torch.float64) if center else x.new_zeros(x.shape[1], dtype=torch.float64)
    values, vectors = torch.linalg.eigh(covariance(x, mean))
    values, V = values.flip(0).clamp(min=0), vectors.flip(1)[:, :k]
    V = V * V.gather(0, V.abs().argmax(0, keepdim=True)).sign()
    return PCA(mean.to(x.dtype), V.to(x.dtype), values.to(x.dtype))


def covariance(x: torch.Tensor, mean: torch.Tensor, chunk: int = 4096) -> torch.Tensor:
    """(x - mean)^T (x - mean) / N of x (N, P) about ``mean`` (P,), in double precision; shape (P, P).

    Summed over ``chunk`` rows at a time, so that no double-precision copy of all of x is made.
    """
    total = torch.zeros(x.shape[1], x.shape[1], dtype=torch.float64, device=x.device)
    for part in x.split(_check.whole("chunk", chunk)):
        centered = part - mean  # (chunk, P), in double precision because the mean is
        total += centered.T @ centered
    return total / len(x)


def principal_angles(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """The principal angles between the column spaces of ``a`` (P, K) and ``b`` (P, L), in radians, in rising order.

    Computed from sines where cosines lose precision (Knyazev & Argentati 2002), so that equal
    subspaces give angles near 1e-8 and not 1e-4. Returns min(K, L) angles. Raises ValueError
    if the matrices differ in P or a column is a combination of the others.
    """
    _check.tensor("a", a, "P", "K", finite=True)
    _check.tensor("b", b, len(a), "L", finite=True)
    bases = []
    for name, matrix in (("a", a), ("b", b)):
        u, s, _ = torch.linalg.svd(matrix.double(), full_matrices=False)
        rounding = max(matrix.shape) * torch.finfo(matrix.dtype).eps  # what dependent columns leave in this precision
        if len(s) < matrix.shape[1] or s[-1] <= s[0] * rounding:
            raise ValueError(
                f"{name}: its {matrix.shape[1]} columns are linearly dependent, expected independent columns"
            )
        bases.append(u)
    qa, qb = bases if bases[0].shape[1] >= bases[1].shape[1] else bases[::-1]
    cosines = torch.linalg.svdvals(qa.T @ qb).clamp(max=1)
    sines = torch.linalg.svdvals(qb - qa @ (qa.T @ qb)).clamp(max=1).flip(0)
    return torch.where(cosines.square() < 0.5, cosines.acos(), sines.asin())

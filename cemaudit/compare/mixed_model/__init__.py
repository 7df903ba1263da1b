"""The linear mixed model with crossed random factors, fitted by exact REML from cross-products alone.

    y = X β + Z₀ u₀ + Z₁ u₁ + ... + e,    u_k ~ N(0, σ² θ_k² I),    e ~ N(0, σ² W⁻¹)

y: scores of the visits; β: fixed effects (pool, wave, version, scenario); u₀: effects of the units (stores), u₁ ...: of
further random factors (shoppers); θ_k: standard deviation of a factor over the residual's, σ; W: weights of the visits
(all 1 in comparisons of stores). The estimates of β and the predictions of u_k solve Henderson's equations at given θ
(``equations``); θ maximises the restricted likelihood (``reml``) or is averaged over (``posterior``), with
θ_k ~ half-normal(1) before the visits are known. The package knows arrays
and nothing of stores; its input is ``crossproducts.CrossProducts``.
"""

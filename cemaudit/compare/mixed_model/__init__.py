"""The linear mixed model with crossed random factors, fitted by exact REML from cross-products alone.

    y = X β + Z₀ u₀ + Z₁ u₁ + ... + e,    u_k ~ N(0, σ² θ_k² I),    e ~ N(0, σ² W⁻¹)

y: scores of the visits; β: fixed effects (pool, wave, version, scenario); u₀: effects of the units (stores), u₁ ...: of
further random factors (shoppers); θ_k: standard deviation of a factor over the residual's, σ. The package knows arrays
and nothing of stores; its input is ``crossproducts.Sums``.
"""

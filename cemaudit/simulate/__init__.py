"""Simulated visits: a made-up chain for any checklist, believable, seeded and the same on every machine.

Needs nothing but the checklist. The visits carry ``origin = "simulated"``, which every report prints; their evidence is
drawn by ``cemaudit.simulate.inbox``.
"""

from cemaudit.simulate.chain import SimulatedChain, SimulatedShopper, SimulatedStore, example_platform, make_chain
from cemaudit.simulate.visits import simulate

__all__ = ["SimulatedChain", "SimulatedShopper", "SimulatedStore", "example_platform", "make_chain", "simulate"]

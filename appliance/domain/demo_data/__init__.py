"""Invented offices of any size: believable, repeatable from a seed, and nobody in them is real.

Identity numbers use a town code nobody has (999), mobile numbers the unassigned 0970 block, landlines subscriber
numbers that begin with 1.
"""

from appliance.domain.demo_data.filling import Sizes, fill
from appliance.domain.demo_data.printed_sample import enter_printed_sample, is_sample_entered
from appliance.domain.demo_data.reference import enter_reference, is_reference_entered

__all__ = [
    "Sizes",
    "enter_printed_sample",
    "enter_reference",
    "fill",
    "is_reference_entered",
    "is_sample_entered",
]

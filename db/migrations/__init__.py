"""The schema's history: small forward steps, never edited after release."""

from sqlite_utils import Migrations

from db.migrations.m0001_office import step as office
from db.migrations.m0002_recordings import step as recordings
from db.migrations.m0003_recording_notes import step as recording_notes
from db.migrations.m0004_call_times import step as call_times
from db.migrations.m0007_messages import step as messages
from db.migrations.m0010_structure import step as structure
from db.migrations.m0011_access import step as access
from db.migrations.m0012_people import step as people
from db.migrations.m0013_policies import step as policies
from db.migrations.m0014_money import step as money
from db.migrations.m0015_service import step as service
from db.migrations.m0016_books import step as books
from db.migrations.m0017_reports import step as reports
from db.migrations.m0018_first_lists import step as first_lists
from db.migrations.m0020_list_indexes import step as list_indexes
from db.migrations.m0025_line_calls import step as line_calls
from db.migrations.m0026_policy_orders import step as policy_orders
from db.migrations.m0027_own_rules import step as own_rules
from db.migrations.m0028_renewal_reminders import step as renewal_reminders
from db.migrations.m0029_wide_list_indexes import step as wide_list_indexes
from db.migrations.m0031_callbacks import step as callbacks
from db.migrations.m0032_complaints import step as complaints
from db.migrations.m0033_imports import step as imports
from db.migrations.m0035_ranks import step as ranks
from db.migrations.m0036_callers import step as callers
from db.migrations.m0038_covering_indexes import step as covering_indexes
from db.migrations.m0039_policies_elsewhere import step as policies_elsewhere
from db.migrations.m0041_rank_indexes import step as rank_indexes
from db.migrations.m0042_calls_by_hand import step as calls_by_hand
from db.migrations.m0043_fax_queue import step as fax_queue
from db.migrations.m0044_import_batches import step as import_batches
from db.migrations.m0045_pending_recipients import step as pending_recipients
from db.migrations.m0047_renewed_policies import step as renewed_policies
from db.migrations.m0048_sent_by_channel import step as sent_by_channel
from db.migrations.m0049_campaign_files import step as campaign_files
from db.migrations.m0050_campaign_counts import step as campaign_counts

SET_NAME = "aminbox"

history = Migrations(SET_NAME)
for _step in (
    office, recordings, recording_notes, call_times, messages, structure, access, people, policies, money,
    service, books, reports, first_lists, list_indexes, line_calls, policy_orders, own_rules,
    renewal_reminders, wide_list_indexes, callbacks, complaints, imports, ranks, callers,
    covering_indexes, policies_elsewhere, rank_indexes, calls_by_hand, fax_queue,
    import_batches, pending_recipients, renewed_policies, sent_by_channel, campaign_files,
    campaign_counts,
):  # fmt: skip
    # `users` is built anew, which foreign keys forbid inside a transaction; that step makes its own.
    history(name=_step.__module__.rpartition(".")[2], transactional=_step is not access)(_step)

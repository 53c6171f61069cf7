"""Policies: what is known of them, their computed status, how they are issued, renewed, endorsed and cancelled."""

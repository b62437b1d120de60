"""Answers that are kept under the key of their request, so that a retried request adds nothing."""

from datetime import datetime, timedelta

from forecasts.models import ApiToken, KeptAnswer

KEPT_FOR = timedelta(hours=48)


def claim_key(*, token: ApiToken, key: str, now: datetime) -> tuple[KeptAnswer, bool]:
    """
    Claim a key for a request, inside the transaction of its work; a request that is at work with it is waited for.

    Returns:
        The row of the key, and whether it is ours to complete; otherwise it holds the answer that was given.
    """
    ours = KeptAnswer(token=token, key=key, recorded_at=now)
    KeptAnswer.objects.bulk_create([ours], ignore_conflicts=True)
    kept = KeptAnswer.objects.get(token=token, key=key)
    return kept, kept.pk == ours.pk


def keep_answer(*, kept: KeptAnswer, digest: str, status: int, headers: dict[str, str], body: bytes) -> None:
    """Complete a claimed row with the answer."""
    KeptAnswer.objects.filter(pk=kept.pk).update(digest=digest, status=status, headers=headers, body=body)


def forget_answers(*, now: datetime, kept_for: timedelta = KEPT_FOR) -> int:
    """Delete the answers that nobody can still be waiting for, and return how many."""
    n_forgotten, _ = KeptAnswer.objects.filter(recorded_at__lt=now - kept_for).delete()
    return n_forgotten

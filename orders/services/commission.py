"""The order in which the rules of commission are asked."""

from orders.models import CommissionRule
from orders.services.transactions import business_transaction


@business_transaction
def move(*, rule: CommissionRule, steps: int) -> int:
    """Let ``rule`` be asked ``steps`` places later (earlier, where negative); returns its new place.

    All rules are numbered anew from 1: places may have had gaps, or be taken twice.
    """
    rules = list(CommissionRule.objects.select_for_update(no_key=True).order_by("position", "pk"))
    at = next(i for i, one in enumerate(rules) if one.pk == rule.pk)
    moved = rules.pop(at)
    place = max(0, min(len(rules), at + steps))
    rules.insert(place, moved)
    for number, one in enumerate(rules, start=1):
        one.position = number
    CommissionRule.objects.bulk_update(rules, ["position"])
    return place + 1

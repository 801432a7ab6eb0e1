from dataclasses import dataclass, field


@dataclass(frozen=True)
class Why:
    """Why a membership changes. Only server code can make one: no context that comes in by RPC can hold it."""

    reason: str = "hand"
    note: str | None = None
    order_id: int | None = None
    figures: dict = field(default_factory=dict)

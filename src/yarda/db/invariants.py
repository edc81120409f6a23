"""What must hold over all rows at any time: each rule in a sentence, with the query that finds who breaks it."""

from yarda.domain.attempt import MAX_CALLS
from yarda.domain.gate import PROBE_SECONDS, SLOWEST, TRIPPED_SECONDS, UNLIMITED
from yarda.domain.place import KEEP_POSITION

FORGETTING = "15 minutes"
"""What may not be kept is dropped every minute; later than this it was forgotten to be forgotten."""
SKEW = 60
"""Seconds that the clocks of two databases may differ by, after a move from one to the other."""

INVARIANTS: dict[str, str] = {
    "generation {} has a status that does not follow from its areas": """
        SELECT g.id FROM generations g JOIN (
            SELECT generation_id,
                   count(*) AS n,
                   count(*) FILTER (WHERE status = 'pending') AS pending,
                   count(*) FILTER (WHERE status = 'processing') AS processing,
                   count(*) FILTER (WHERE status = 'completed') AS completed,
                   count(*) FILTER (WHERE status = 'failed') AS failed
            FROM generation_areas GROUP BY generation_id
        ) a ON a.generation_id = g.id
        WHERE g.status <> CASE
            WHEN a.pending = a.n THEN 'pending'
            WHEN a.pending + a.processing > 0 THEN 'processing'
            WHEN a.completed = a.n THEN 'completed'
            WHEN a.completed > 0 THEN 'partial_failed'
            WHEN a.failed > 0 THEN 'failed'
            ELSE 'cancelled' END""",
    "generation {} has no areas": """
        SELECT g.id FROM generations g
        WHERE NOT EXISTS (SELECT 1 FROM generation_areas a WHERE a.generation_id = g.id)""",
    "generation {} has a gap in its events, or its newest event is not its state": """
        SELECT g.id FROM generations g LEFT JOIN (
            SELECT generation_id, count(*) AS n, min(number) AS first, max(number) AS last
            FROM events GROUP BY generation_id
        ) e ON e.generation_id = g.id
        LEFT JOIN events l ON l.generation_id = g.id AND l.number = e.last
        WHERE e.n IS NULL OR e.first <> 1 OR e.last <> g.change OR e.n <> g.change
           OR l.snapshot ->> 'status' <> g.status""",
    "area {} is unfinished and its credits are not held": """
        SELECT a.id FROM generation_areas a
        WHERE a.status IN ('pending', 'processing') AND a.credits <> (
            SELECT coalesce(sum(CASE WHEN l.kind = 'hold' THEN l.credits ELSE -l.credits END), 0)
            FROM ledger l WHERE l.area_id = a.id AND l.run = a.run)""",
    "area {} is finished and its hold is not settled exactly": """
        SELECT area_id FROM ledger l WHERE area_id IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM generation_areas a
            WHERE a.id = l.area_id AND a.run = l.run AND a.status IN ('pending', 'processing'))
        GROUP BY area_id, run
        HAVING sum(CASE WHEN kind = 'hold' THEN credits ELSE -credits END) <> 0""",
    "purchase {} is paid without its credits, or has them without being paid": """
        SELECT p.id FROM purchases p LEFT JOIN ledger l ON l.once = 'purchase:' || p.id
        WHERE (p.status = 'paid') <> (l.id IS NOT NULL)
           OR l.credits <> p.credits OR l.account_id <> p.account_id""",
    "area {} was charged without being completed": """
        SELECT a.id FROM generation_areas a JOIN ledger l ON l.area_id = a.id AND l.kind = 'capture'
        WHERE l.run <> a.run OR a.status <> 'completed'""",
    "area {} is completed without its picture, or shows 100 % without being completed": """
        SELECT a.id FROM generation_areas a LEFT JOIN images i ON i.id = a.design_image_id
        WHERE (a.status = 'completed' AND (i.id IS NULL OR a.image_url IS NULL OR a.progress <> 100))
           OR (a.status <> 'completed' AND a.progress = 100)""",
    "area {} failed without saying why": """
        SELECT id FROM generation_areas WHERE (status = 'failed') <> (error_code IS NOT NULL)""",
    "account {} has a balance below zero": """
        SELECT account_id FROM ledger GROUP BY account_id
        HAVING sum(CASE WHEN to_book = 'available' THEN credits WHEN from_book = 'available' THEN -credits
                   ELSE 0 END) < 0
            OR sum(CASE WHEN to_book = 'held' THEN credits WHEN from_book = 'held' THEN -credits
                   ELSE 0 END) < 0""",
    "area {} had more than two paid calls in one run": """
        SELECT area_id FROM attempts WHERE billed GROUP BY area_id, run HAVING count(*) > 2""",
    "area {} is finished and one of its calls is still open": """
        SELECT t.area_id FROM attempts t JOIN generation_areas a ON a.id = t.area_id
        WHERE t.outcome = 'open' AND t.finished_at IS NULL
          AND a.status NOT IN ('pending', 'processing')
          AND a.completed_at < now() - interval '5 minutes'""",
    "area {} had more than three calls to one provider in one run": f"""
        SELECT area_id FROM attempts WHERE outcome <> 'turned_away'
        GROUP BY area_id, run, provider HAVING count(*) > {MAX_CALLS}""",
    "area {} counts another number of calls than are on record": """
        SELECT a.id FROM generation_areas a LEFT JOIN (
            SELECT area_id, run, count(*) AS n FROM attempts GROUP BY area_id, run
        ) t ON t.area_id = a.id AND t.run = a.run
        WHERE a.attempts <> coalesce(t.n, 0)""",
    "call {} is closed without a time, a cost or a bill, or open with one": """
        SELECT id FROM attempts WHERE CASE
            WHEN outcome = 'open' THEN finished_at IS NOT NULL OR billed
            ELSE finished_at IS NULL OR cost_usd IS NULL OR billed > paid OR (billed AND cost_usd = 0)
                 OR (outcome IN ('succeeded', 'unknown') AND billed <> paid AND error_code IS NULL) END""",
    "area {} is completed, and the provider that it names has no call that succeeded": """
        SELECT a.id FROM generation_areas a LEFT JOIN attempts t
            ON t.area_id = a.id AND t.run = a.run AND t.provider = a.provider AND t.outcome = 'succeeded'
        WHERE a.status = 'completed' AND t.id IS NULL""",
    "area {} was charged something else than the price of the provider that served": """
        SELECT a.id FROM generation_areas a
            JOIN attempts t ON t.area_id = a.id AND t.run = a.run AND t.provider = a.provider
            LEFT JOIN ledger l ON l.area_id = a.id AND l.run = a.run AND l.kind = 'capture'
        WHERE a.status = 'completed' AND t.outcome = 'succeeded' AND t.credits IS NOT NULL
        GROUP BY a.id, a.credits, l.credits
        HAVING bool_and(least(t.credits, a.credits) <> coalesce(l.credits, 0))""",
    "area {} shows a picture that is gone": """
        SELECT a.id FROM generation_areas a LEFT JOIN images s ON s.id = a.source_image_id
            LEFT JOIN images m ON m.id = a.edit_mask_image_id
        WHERE a.source_image_id IS NOT NULL AND s.id IS NULL
           OR a.edit_mask_image_id IS NOT NULL AND m.id IS NULL""",
    "area {} has an edit mask of another size than its picture": """
        SELECT a.id FROM generation_areas a JOIN images d ON d.id = a.design_image_id
            JOIN images m ON m.id = a.edit_mask_image_id
        WHERE (m.width, m.height) <> (d.width, d.height)""",
    "generation {} is finished, and a picture that may not be kept is still there": f"""
        SELECT g.id FROM generations g JOIN passing_pictures p ON p.generation_id = g.id
        WHERE g.completed_at < now() - interval '{FORGETTING}'""",
    **{
        f"the position that {geocoder} gave for {{}} is kept for too long": f"""
        SELECT address FROM geocodes
        WHERE geocoder = '{geocoder}' AND found_at < now() - interval '{age.days} days {FORGETTING}'
        UNION ALL SELECT 'generation ' || id FROM generations
        WHERE location ->> 'source' = '{geocoder}' AND location -> 'position' <> 'null'
          AND created_at < now() - interval '{age.days} days {FORGETTING}'"""
        for geocoder, age in KEEP_POSITION.items()
    },
    "gate {} has a pace, a count or a time that no gate can have": f"""
        SELECT key FROM provider_gates
        WHERE pace NOT BETWEEN {SLOWEST} AND {UNLIMITED} OR least(failures, refusals, trips) < 0
           OR probe_until > now() + interval '{PROBE_SECONDS + SKEW} seconds'
           OR tripped_until > now() + interval '{TRIPPED_SECONDS[1] + SKEW} seconds'
           OR greatest(served_at, slowed_at) > now() + interval '{SKEW} seconds'""",
}

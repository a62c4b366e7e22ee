"""The audit of a printed projection: findings, what was checked, and the result recomputed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from defease.funding.audit.cells import cell_proposals, pair_proposals
from defease.funding.audit.conclusion import (
    PUBLISHED_RATE,
    Conclusion,
    changes_result,
    conclusion_of,
    effect_of,
    settled,
)
from defease.funding.audit.findings import Cause, Finding, rows_in_words
from defease.funding.audit.leftover import set_aside
from defease.funding.audit.lines import broken_lines, count_broken
from defease.funding.audit.structure import in_sequence, sign_claims
from defease.funding.audit.systematic import scale_proposals, systematic_proposals
from defease.funding.audit.totals import total_findings
from defease.funding.audit.working import Working

if TYPE_CHECKING:
    from defease.funding.audit.forms import Residuals
    from defease.funding.audit.proposals import Claim, Proposal
    from defease.funding.audit.table import AuditBasis, AuditTable

NAMED_FIT = 0.95
MOST_CAUSES = 60


@dataclass(frozen=True, eq=False, kw_only=True)
class AuditReport:
    """What an audit found in a printed projection.

    Attributes
    ----------
    findings
        Ranked by their effect on the published result.
    checked
        The lines that the table's columns allowed to check, with the number of rows of each.
    recomputed
        The result after every finding is undone.
    as_printed
        The result that the printed columns imply as they stand.
    rows
        The number of rows of the table.
    """

    findings: tuple[Finding, ...]
    checked: tuple[tuple[str, int], ...]
    recomputed: Conclusion
    as_printed: Conclusion
    rows: int

    @property
    def single_discount_rate(self) -> float | None:
        """Recomputed after every finding is undone; None where the columns do not allow it."""
        return self.recomputed.single_discount_rate

    @property
    def first_insufficient_year(self) -> int | None:
        """Recomputed after every finding is undone; None for never."""
        return self.recomputed.first_insufficient_year


def audit_table(table: AuditTable, basis: AuditBasis) -> AuditReport:
    """Check every column of an actuary's printed projection and name the likely causes.

    Nothing in the source is changed.  Each cause that is accepted is undone in a working copy, so
    that one slip is one finding however many lines it breaks.

    Examples
    --------
    >>> from defease.funding.audit.table import AuditBasis, AuditTable
    >>> columns = {"opening": [1000, 1018, 1038], "benefits": [50, 50, 50],
    ...            "earnings": [68, 70, 71], "closing": [1018, 1083, 1059]}
    >>> report = audit_table(AuditTable.from_columns(columns), AuditBasis(assumed_return=0.07))
    >>> [(f.column, f.rows, f.likely_cause) for f in report.findings]
    [('closing', (2,), 'typo: two neighbouring digits are swapped')]
    """
    start, structural = in_sequence(Working.of(table, basis))
    copy, claims = sign_claims(start)
    copy, explained = _explained(copy)
    claims += explained
    if not any(f.cause is Cause.ROW_MISSING for f in structural):
        copy, explained = _explained(replace(copy, settled_rate=True))
        claims += explained
    claims = _grouped(claims)
    right = settled(copy)
    findings = [*structural, *(_finding(claim, start, copy, right) for claim in claims)]
    if not any(f.cause is Cause.ROW_MISSING for f in structural):
        findings += total_findings(table, copy)
    recomputed = conclusion_of(right)
    findings += _against_published(basis, recomputed)
    checked = [
        (line.relation.name, int(np.count_nonzero(line.relation.rows)))
        for line in broken_lines(start)
    ]
    return AuditReport(
        findings=tuple(sorted(findings, key=_importance)),
        checked=tuple(checked),
        recomputed=recomputed,
        as_printed=conclusion_of(start),
        rows=len(table),
    )


def _explained(copy: Working) -> tuple[Working, list[Claim]]:
    """Accept the cause that explains most, undo it in the copy, and look again."""
    claims: list[Claim] = []
    lines = broken_lines(copy)
    for _ in range(MOST_CAUSES):
        best = _best(copy, lines) if count_broken(lines) else None
        if best is None:
            break
        claims += best.claims
        copy, lines = best.after, list(best.left)
    copy, rest = set_aside(copy, lines)
    return copy, claims + rest


def _best(copy: Working, lines: Sequence[Residuals]) -> Proposal | None:
    proposals = [*systematic_proposals(copy, lines), *cell_proposals(copy, lines)]
    # The costly proposals are wanted only where one cause does not explain everything.
    if all(proposal.count for proposal in proposals):
        proposals += [*scale_proposals(copy, lines), *pair_proposals(copy, lines)]
    best = min(proposals, key=_simplicity, default=None)
    return best if best is not None and best.count < count_broken(lines) else None


def _simplicity(proposal: Proposal) -> tuple[int, int, bool]:
    plain = all(claim.cause in {Cause.SIGN, Cause.UNIT} for claim in proposal.claims)
    return proposal.count, len(proposal.claims), not plain


def _grouped(claims: Sequence[Claim]) -> list[Claim]:
    """Claims of one column and one cause become one."""
    grouped: dict[tuple[str, str, str], Claim] = {}
    for claim in claims:
        key = (claim.column, claim.cause.value, claim.detail)
        if key in grouped:
            grouped[key] = _joined(grouped[key], claim)
        else:
            grouped[key] = claim
    return list(grouped.values())


def _joined(one: Claim, other: Claim) -> Claim:
    right = np.where(other.rows, other.expected, one.expected)
    return replace(one, rows=one.rows | other.rows, expected=right)


def _finding(claim: Claim, printed: Working, copy: Working, right: Working) -> Finding:
    column = printed.columns[claim.column]
    difference = np.where(claim.rows, np.abs(column - claim.expected), 0.0)
    worst = int(difference.argmax())
    labels = tuple(int(year) for year in printed.years[claim.rows])
    fit = _fit(claim, copy)
    named = fit >= NAMED_FIT and claim.cause is not Cause.UNEXPLAINED
    effect = effect_of(claim, printed, right)
    return Finding(
        column=claim.column,
        rows=labels,
        finding=_sentence(claim, labels, float(difference[worst])),
        cause=claim.cause if named else Cause.UNEXPLAINED,
        likely_cause=claim.detail if named else Cause.UNEXPLAINED.value,
        largest_difference=float(difference[worst]),
        printed=float(column[worst]),
        expected=float(claim.expected[worst]),
        fit=fit if claim.cause is not Cause.UNEXPLAINED else 0.0,
        affects_result=changes_result(effect, right),
        effect=effect,
    )


def _sentence(claim: Claim, labels: tuple[int, ...], largest: float) -> str:
    name = claim.column.replace("_", " ")
    many = "differ" if len(labels) > 1 else "differs"
    where = rows_in_words(labels)
    return f"{name} {many} from what follows in {where}, by {largest:,.10g} at most"


def _fit(claim: Claim, copy: Working) -> float:
    """Share of the claim's rows that every one of its lines agrees with at the end."""
    agrees = claim.rows.copy()
    for line in broken_lines(copy):
        if line.relation.name in claim.lines:
            aside = copy.waived.get(line.relation.name)
            agrees &= ~line.violated
            if aside is not None and claim.cause is not Cause.BROKEN_CHAIN:
                agrees &= ~aside
    return float(np.count_nonzero(agrees) / np.count_nonzero(claim.rows))


def _against_published(basis: AuditBasis, recomputed: Conclusion) -> list[Finding]:
    published, rate = basis.single_discount_rate, recomputed.single_discount_rate
    if published is None or rate is None or abs(published - rate) <= PUBLISHED_RATE:
        return []
    text = f"the published single rate {published:.4%} is not the {rate:.4%} of the table"
    return [
        Finding(
            column="single_discount_rate",
            rows=(),
            finding=text,
            cause=Cause.UNEXPLAINED,
            likely_cause=Cause.UNEXPLAINED.value,
            largest_difference=abs(published - rate),
            printed=published,
            expected=rate,
            fit=0.0,
            affects_result=True,
        )
    ]


def _importance(finding: Finding) -> tuple[bool, bool, float, float, float]:
    effect = finding.effect
    return (
        not finding.affects_result,
        not effect.first_insufficient_year,
        -abs(effect.single_discount_rate),
        -abs(effect.present_value),
        -finding.largest_difference,
    )

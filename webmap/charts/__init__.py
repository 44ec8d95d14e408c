"""Charts: what a reader is to see, said in the reader's words; ``static/chart/`` draws it with Chart.js.

A page makes a figure (pure data, no request, no database)::

    from webmap.charts import Line, TimeSeries, YearValue

    figure = TimeSeries(
        label=gettext("Share above the limit, 2019 to 2025"),  # what a screen reader says of the drawing
        table="shares-caption",                                # id of the caption of the table with the same numbers
        unit="%",
        highest=100,                                           # a share cannot be above it, nor can the axis
        lines=[
            Line(unit.name, [YearValue(2024, 12.5, "2024: 12,5 %", low=10.1, high=15.2), YearValue(2025, None, "")]),
            Line(gettext("Whole country"), nation, comparison=True),
        ],
    )

and its template loads the scripts once and draws where it likes::

    {% from "_chart.html" import chart, chart_assets %}
    {% block head %}{{ super() }}{{ chart_assets() }}{% endblock %}
    {{ chart(figure) }}
    <table><caption id="shares-caption">…</caption>…</table>

The kinds: :class:`TimeSeries`, :class:`Ranking`, :class:`Distribution`, :class:`LimitScatter`. Every text is final and in
the reader's language; the numbers of the axes are written by the browser for the page's ``lang``. A drawing only repeats
its table, which every figure must have: it is all there is without scripts, by keyboard and for a screen reader. A figure
that has nothing to draw prints nothing.
"""

from webmap.charts.figure import Figure, Mark
from webmap.charts.limit_scatter import LimitLine, LimitScatter, LimitSpan, Measured
from webmap.charts.ranking import Bar, Distribution, Ranking, Reference
from webmap.charts.time_series import Line, TimeSeries, YearValue

__all__ = [
    "Bar",
    "Distribution",
    "Figure",
    "LimitLine",
    "LimitScatter",
    "LimitSpan",
    "Line",
    "Mark",
    "Measured",
    "Ranking",
    "Reference",
    "TimeSeries",
    "YearValue",
]

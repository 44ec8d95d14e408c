"""What units reported less what the records count."""

from __future__ import annotations

from gisdb.indicators.indicator import Direction, Form, Indicator, Topic
from gisdb.indicators.of_incidents import VICTIMS
from gisdb.indicators.of_totals import REPORTED_VICTIMS, VICTIM_REPORTS

INDICATOR = Indicator(
    code="reported_minus_recorded",
    topic=Topic.REPORTING,
    name_vi="Số người bị nạn: báo cáo trừ ghi nhận",
    name_en="Victims: reported less recorded",
    unit_vi="người",
    unit_en="people",
    numerator=REPORTED_VICTIMS,
    denominator=VICTIMS,
    minimum=0,
    decimals=0,
    direction=Direction.HIGHER_IS_WORSE,
    form=Form.DIFFERENCE,
    present=VICTIM_REPORTS,
    formula_vi="số người bị nạn mà tỉnh, thành phố báo cáo cho cả năm − số người bị nạn đếm được từ sổ tai nạn của năm đó; số dương: có tai nạn chưa vào sổ",
    formula_en="victims that a province reported for the whole year − victims counted from the register of accidents of that year; above zero, there are accidents that the register lacks",
    source_vi="đối chiếu của phần mềm này",
    source_en="a comparison of this program's own",
)

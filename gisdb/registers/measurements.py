"""Sổ quan trắc môi trường lao động: one measured value of one factor at one sampling point on one day.

The verdict is given by `gisdb/sql/003_judge.sql` by the limit in force on the measuring day and is kept with the
limit's id, so that it can be explained and given again (`gisdb.rejudging`). Units: the value stays as given;
``canonical_value`` is in the factor's own unit (mg/m3 = ppm × molar mass / 24.45 at 25 °C and 1 atm).
What a limit hangs on (work category, octave band, …) stands in columns of its own; most factors need none of them.
"""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import Boolean, Integer, Numeric, Text

from gisdb.registers.column import Censored, Coded, Column, Day, Quantity, Reference, Whole, Words
from gisdb.registers.register import Derived, Register, Rule, Severity, Unusual
from gisdb.registers.workplaces import WORKPLACE

# What a limit can hang on; the keys of `gisdb.limits.condition` by the same names.
CONDITIONS = (
    Column(
        "work_category",
        "Loại lao động",
        "Work category",
        Coded("work_category"),
        example="medium",
        aliases=("mức lao động", "mức độ nặng nhọc"),
        note_vi="Cho vi khí hậu: giới hạn khác nhau theo lao động nhẹ, trung bình, nặng.",
        note_en="For microclimate: limits differ for light, medium and heavy work.",
    ),
    Column(
        "work_share",
        "Tỷ lệ thời gian làm việc (%)",
        "Share of time at work (%)",
        Coded("work_share"),
        unit="%",
        example="75",
        aliases=("tỷ lệ làm việc", "chế độ lao động"),
        note_vi="Cho WBGT.",
        note_en="For WBGT.",
    ),
    Column(
        "octave_hz",
        "Dải ốcta (Hz)",
        "Octave band (Hz)",
        Coded("octave_band"),
        unit="Hz",
        example="1000",
        aliases=("dải ốcta", "dải tần số", "tần số (hz)", "dải tần"),
        note_vi="Cho tiếng ồn và rung theo dải ốcta; viết 31.5 với dấu chấm.",
        note_en="For noise and vibration by octave band; write 31.5 with a point.",
    ),
    Column(
        "body_area",
        "Diện tích cơ thể tiếp xúc",
        "Exposed area of the body",
        Coded("body_area"),
        example="under_25",
        aliases=("diện tích tiếp xúc", "diện tích cơ thể"),
        note_vi="Cho bức xạ nhiệt.",
        note_en="For radiant heat.",
    ),
    Column(
        "dust_group",
        "Nhóm bụi",
        "Group of dust",
        Coded("dust_group"),
        example="2",
        aliases=("nhóm bụi không chứa silic",),
        note_vi="Cho bụi không chứa silic. Bụi silic: nồng độ silic tự do, yếu tố SILICA_TOTAL hoặc SILICA_RESP.",
        note_en="For dust without silica. Silica: the concentration of free silica, factor SILICA_TOTAL or SILICA_RESP.",
    ),
    Column(
        "place_type",
        "Loại nơi làm việc",
        "Type of place",
        Coded("place_type"),
        example="sewing",
        aliases=("loại vị trí", "loại phòng", "khu vực chiếu sáng"),
        note_vi="Cho ánh sáng và tiếng ồn theo vị trí lao động.",
        note_en="For lighting, and for noise by the type of place.",
    ),
)

REGISTER = Register(
    name="measurements",
    table_name="measurement",
    vi="Quan trắc môi trường lao động",
    en="Workplace measurements",
    columns=(
        WORKPLACE,
        Column(
            "sampling_point",
            "Vị trí lao động",
            "Sampling point",
            Words(300),
            required=True,
            example="Chuyền may 3",
            aliases=("vị trí đo", "vị trí", "điểm đo", "vị trí lấy mẫu", "position"),
        ),
        Column(
            "measured_on",
            "Ngày đo",
            "Measured on",
            Day(),
            required=True,
            example="12/03/2026",
            aliases=("ngày", "ngày lấy mẫu", "ngày quan trắc", "date"),
        ),
        Column(
            "factor",
            "Mã yếu tố",
            "Factor code",
            Reference("factor", unknown="factor_unknown"),
            required=True,
            example="NOISE",
            aliases=("yếu tố", "chỉ tiêu", "mã chỉ tiêu", "yếu tố có hại"),
        ),
        Column(
            "averaging",
            "Kiểu trung bình",
            "Averaging",
            Coded("averaging"),
            default="TWA",
            example="TWA",
            aliases=("loại mẫu", "thời gian trung bình"),
            note_vi="TWA: ca 8 giờ; STEL: 15 phút; ceiling: trần; instant: tức thời.",
            note_en="TWA: 8-hour shift; STEL: 15 minutes; ceiling; instant.",
        ),
        Column(
            "value",
            "Kết quả",
            "Value",
            Censored(Decimal(0), Decimal(10) ** 9),
            required=True,
            example="86,5",
            aliases=("giá trị", "kết quả đo", "giá trị đo", "nồng độ", "result"),
            note_vi="Ghi «<0,01» hoặc «KPH» khi dưới giới hạn phát hiện.",
            note_en="Write «<0.01» or «KPH» where below the detection limit.",
        ),
        Column("unit", "Đơn vị đo", "Unit", Words(20), required=True, example="dBA", aliases=("đơn vị", "đvt")),
        Column(
            "lod",
            "Giới hạn phát hiện",
            "Detection limit",
            Quantity(Decimal(0), Decimal(10) ** 9),
            example="0,01",
            aliases=("lod", "ghph"),
        ),
        Column(
            "method",
            "Phương pháp",
            "Method",
            Words(200),
            example="TCVN 9799:2013",
            aliases=("phương pháp đo", "phương pháp lấy mẫu"),
        ),
        Column(
            "duration_minutes",
            "Thời gian đo (phút)",
            "Duration (minutes)",
            Quantity(Decimal(0), Decimal(10_080)),
            unit="phút",
            example="480",
            aliases=("thời gian đo",),
        ),
        Column(
            "shift_hours",
            "Thời gian ca (giờ)",
            "Shift (hours)",
            Quantity(Decimal("0.1"), Decimal(24)),
            default="8",
            unit="giờ",
            example="8",
            aliases=("thời gian ca", "số giờ làm việc", "thời gian tiếp xúc (giờ)"),
        ),
        Column(
            "week_hours",
            "Thời gian làm việc trong tuần (giờ)",
            "Week (hours)",
            Quantity(Decimal("0.1"), Decimal(168)),
            unit="giờ",
            example="48",
            aliases=("số giờ làm việc trong tuần", "giờ/tuần", "số giờ một tuần"),
            note_vi="Để trống: 40 giờ. Trên 40 giờ, giới hạn trung bình ca được hạ theo Brief và Scala.",
            note_en="Empty: 40 hours. Beyond 40 the 8-hour limits are lowered by Brief and Scala.",
        ),
        Column(
            "workers_exposed",
            "Số người tiếp xúc",
            "Workers exposed",
            Whole(0, 100_000),
            example="24",
            aliases=("số lao động tiếp xúc", "số người tiếp xúc tại vị trí"),
        ),
        Column(
            "sampling_reason",
            "Lý do đo",
            "Reason for sampling",
            Coded("sampling_reason"),
            default="periodic",
            example="periodic",
            aliases=("mục đích đo",),
        ),
        Column(
            "laboratory",
            "Đơn vị quan trắc",
            "Laboratory",
            Words(300),
            example="Trung tâm Sức khỏe nghề nghiệp",
            aliases=("tổ chức quan trắc", "phòng thử nghiệm"),
        ),
        Column(
            "repeat",
            "Lần lặp",
            "Repeat",
            Whole(1, 1000),
            default="1",
            example="1",
            aliases=("lần đo", "lần"),
            note_vi="Hai phép đo thật cùng vị trí, ngày và yếu tố: đánh số 1, 2, …",
            note_en="Two true measurements at one point, day and factor: number them 1, 2, …",
        ),
        *CONDITIONS,
    ),
    key=("factor", "averaging", "sampling_point", "measured_on", "repeat"),
    counted_by=("year", "factor"),
    counted_with=(
        "piece_id",
        "workplace_id",
        "measured_on",
        "sampling_reason",
        "verdict",
        "limit_confirmed",
        "value_qualifier",
        "limit_ratio",
        "workers_exposed",
    ),
    day="measured_on",
    placed_on="s.measured_on",
    joins="""
        LEFT JOIN factor AS f ON f.code = s.factor
        LEFT JOIN unit_spelling AS spelled ON spelled.spelling = unit_as_spelled(s.unit)
        LEFT JOIN unit_of_measure AS given ON given.code = spelled.code
        LEFT JOIN unit_of_measure AS wanted ON wanted.code = f.unit
        LEFT JOIN LATERAL (SELECT converted(s.value, given, wanted, f.molar_mass) AS value,
                                  converted(s.lod, given, wanted, f.molar_mass) AS lod) AS c ON true
        LEFT JOIN LATERAL (SELECT limit_condition(f.conditions, s.body_area, s.dust_group, s.octave_hz, s.place_type,
                                                  s.work_category, s.work_share) AS said) AS condition ON true
        LEFT JOIN exposure_limit AS narrow
            ON narrow.factor = s.factor AND narrow.averaging = s.averaging AND narrow.condition = condition.said
            AND narrow.condition <> '' AND narrow.valid @> s.measured_on
        LEFT JOIN exposure_limit AS wide
            ON wide.factor = s.factor AND wide.averaging = s.averaging AND wide.condition = ''
            AND wide.valid @> s.measured_on
        LEFT JOIN LATERAL judged(narrow, wide, c.value, s.value_qualifier, c.lod, s.shift_hours, s.week_hours,
                                 condition.said) AS j ON true
    """,
    derived=(
        Derived("canonical_value", Numeric(), "c.value", "Giá trị theo đơn vị chuẩn", "Value in canonical unit"),
        Derived("verdict", Text(), "j.verdict", "Đánh giá", "Verdict", required=True),
        Derived("verdict_reason", Text(), "j.reason", "Lý do đánh giá", "Reason of the verdict", required=True),
        Derived(
            "limit_id", Integer(), "j.limit_id", "Giới hạn", "Limit", exported=False, references="exposure_limit.id"
        ),
        Derived("limit_value", Numeric(), "j.limit_value", "Giá trị giới hạn", "Limit value"),
        Derived("limit_ratio", Numeric(), "j.limit_ratio", "Số lần giới hạn", "Times the limit"),
        Derived(
            "limit_confirmed",
            Boolean(),
            "j.limit_confirmed",
            "Giới hạn đã đối chiếu (sai: cần đối chiếu với bản công báo)",
            "Limit confirmed (false: to be confirmed against the gazette)",
        ),
    ),
    rules=(
        Rule(
            "unit_not_convertible",
            "unit",
            "f.code IS NOT NULL AND converted(1, given, wanted, f.molar_mass) IS NULL",
            params="jsonb_build_object('wanted', f.unit)",
        ),
        Rule("value_missing_lod", "value", "s.value IS NULL AND s.lod IS NULL", Severity.NOTE),
        Rule(
            "value_far_above_limit",
            "value",
            "j.limit_value > 0 AND c.value >= 1000 * j.limit_value AND f.unit <> 'dBA'",
            Severity.WARNING,
            "jsonb_build_object('limit', j.limit_value, 'unit', f.unit)",
        ),
        Rule("factor_has_no_limit", "factor", "j.reason = 'no_limit'", Severity.NOTE),
        Rule(
            "limit_condition_missing",
            "factor",
            "j.reason = 'condition_missing'",
            Severity.NOTE,
            "jsonb_build_object('columns', array_to_string(f.conditions, ', '))",
        ),
        Rule("limit_value_not_known", "factor", "j.reason = 'limit_value_unknown'", Severity.NOTE),
        Rule("limit_not_confirmed", "factor", "j.verdict <> 'cannot_judge' AND NOT j.limit_confirmed", Severity.NOTE),
    ),
    unusual=(
        Unusual(
            "factor_unusual_in_industry",
            "factor",
            ("workplace_id", "factor"),
            # Of 100 workplaces none: with 95 % confidence fewer than 3 in 100 have it (the rule of three).
            """SELECT u.workplace_id, u.factor, jsonb_build_object('section', u.section, 'enough', 100) AS params
               FROM (SELECT array_agg(d.workplace_id) AS workplaces, array_agg(d.factor) AS factors
                     FROM (SELECT DISTINCT workplace_id, factor FROM {rows}
                           WHERE workplace_id IS NOT NULL AND intake_outcome <> 'unchanged') AS d) AS a,
                    factors_unusual(a.workplaces, a.factors, 100) AS u""",
        ),
    ),
    checks=(
        ("qualifier_known", "value_qualifier IN ('=', '<', '>')"),
        ("verdict_known", "verdict IN ('pass', 'exceeds', 'cannot_judge')"),
        ("judged_by_a_limit", "verdict = 'cannot_judge' OR limit_id IS NOT NULL"),
        ("repeat_positive", "repeat >= 1"),
        ("value_or_not_detected", "value IS NOT NULL OR value_qualifier = '<'"),
    ),
)

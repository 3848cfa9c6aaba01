"""Sentences as the staff of communes and districts write them: a word on a warning, the reason of a return.

They are data of the demo, as typed by its users, hence in Vietnamese. None tells who a patient is.
"""

EXPLANATIONS = {
	"cases_jump": (
		"Tầm soát diện rộng tại khu dân cư có ổ dịch, phát hiện {new_cases} ca; đã đối chiếu với TTYT.",
		"Chùm ca bệnh tại nơi làm việc, {new_cases} ca có kết quả cùng lúc; số liệu đã rà soát, đúng.",
		"Kết quả xét nghiệm nhiều ngày trả về trong kỳ này, tổng cộng {new_cases} ca, kỳ trước {previous}.",
		"Chùm ca bệnh sau một đám đông người dự, truy vết phát hiện {new_cases} ca; đã phong tỏa tạm thời.",
	),
	"deaths_reported": (
		"Bệnh nhân cao tuổi, nhiều bệnh nền, tử vong tại bệnh viện điều trị; đã có biên bản kiểm thảo.",
		"Ca tử vong đang điều trị tại tuyến tỉnh, bệnh viện đã thông báo cho trạm y tế và gia đình.",
		"Bệnh nhân nặng, chuyển tuyến nhiều ngày trước, tử vong trong kỳ; đã xác minh với bệnh viện.",
	),
	"doses_over_population": (
		"Tiêm cho cả công nhân tạm trú, thường trú ở nơi khác, nên vượt dân số từ 18 tuổi của địa bàn.",
		"Gồm người lao động ngoài địa bàn tiêm tại doanh nghiệp; đã đối chiếu với Nền tảng tiêm chủng.",
	),
	"vaccination_fall": (
		"Rà soát trùng lặp trên Nền tảng tiêm chủng, giảm {fall} người so với kỳ trước.",
		"Điều chỉnh do nhập trùng mũi 1 tại hai điểm tiêm, giảm {fall} người; đã báo cáo TTYT.",
		"Chuyển {fall} người về nơi đăng ký thường trú theo kết quả làm sạch dữ liệu.",
	),
	"f1_not_followed": (
		"Toàn bộ {new_f1} F1 đã bàn giao cho khu cách ly tập trung của huyện theo dõi.",
		"{new_f1} F1 được chuyển ngay lên khu cách ly tập trung huyện, không còn trường hợp phải theo dõi.",
	),
}

RETURN_REASONS = (
	"Số ca trong kỳ chưa khớp với danh sách CDC gửi, đề nghị trạm rà soát và gửi lại.",
	"Số F1 đang theo dõi giảm mà không có F1 kết thúc cách ly, đề nghị kiểm tra lại.",
	"Số mẫu xét nghiệm nhanh chưa tính đợt lấy mẫu buổi sáng tại trường học, đề nghị bổ sung.",
	"Ghi nhầm số cộng dồn vào ô số mới trong kỳ, đề nghị sửa lại.",
	"Số mũi tiêm lệch so với Nền tảng tiêm chủng, đề nghị đối chiếu trước khi gửi lại.",
	"Số người cách ly tại nhà chưa trừ các trường hợp hoàn thành cách ly hôm qua, đề nghị cập nhật.",
	"Chưa ghi ca từ vùng dịch về đã có kết quả dương tính, đề nghị bổ sung.",
	"Số mẫu PCR chờ kết quả chưa đúng với phiếu gửi mẫu, đề nghị trạm kiểm tra lại.",
)

"""What tests say of the shipped indicators on their own account, so that a slip in the shipped rows shows."""

# Every report must give them.
MANDATORY = (
	"new_cases",
	"community_cases",
	"quarantine_cases",
	"imported_cases",
	"under_treatment",
	"recovered",
	"deaths",
	"new_f1",
	"followed_f1",
	"samples_taken",
	"quarantine_site_current",
	"quarantine_home_current",
	"doses_given",
)

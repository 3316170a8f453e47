"""The command line: `./yingda …` ends here once everything is installed (`python -m yingda …`)."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from yingda.kit.errors import YingdaError
from yingda.kit.i18n import console_language, text
from yingda.main.console import Console
from yingda.main.settings import CHECKOUT

DEFAULT_DATA = CHECKOUT / "data"

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False,
                  help="应答 Yingda: the open call centre / 开源呼叫中心")

Data = Annotated[Path, typer.Option("--data", help="data folder / 数据目录")]
Lang = Annotated[str | None, typer.Option("--lang", help="zh | en")]
Port = Annotated[int | None, typer.Option(min=1, max=65_535)]


@app.command(help="Start everything / 启动")
def up(
    data: Data = DEFAULT_DATA,
    host: Annotated[str | None, typer.Option(help="address for SIP, RTP, https / 监听地址 [127.0.0.1]")] = None,
    http_port: Port = None,
    https_port: Port = None,
    sip_port: Port = None,
    rtp_ports: Annotated[str | None, typer.Option(help="A-B, UDP")] = None,
    database_url: Annotated[str | None, typer.Option(help="postgresql://…; default SQLite")] = None,
    demo: Annotated[bool, typer.Option("--demo", help="sample company / 示范公司")] = False,
    lang: Lang = None,
) -> None:
    from yingda.main.up import Options, Start

    tongue = console_language(lang)
    options = Options(data=data, host=host, http_port=http_port, https_port=https_port, sip_port=sip_port,
                      rtp_ports=rtp_ports, database_url=database_url, demo=demo, lang=tongue if lang else None)
    raise typer.Exit(Start(options, Console(tongue)).go())


@app.command(help="Find the usual faults and their cures / 检查常见问题")
def doctor(
    data: Data = DEFAULT_DATA,
    as_json: Annotated[bool, typer.Option("--json")] = False,
    lang: Lang = None,
) -> None:
    from yingda.main.doctor import run

    raise typer.Exit(run(data, console_language(lang), as_json=as_json))


@app.command(help="Bring the database to this version's schema", hidden=True)
def migrate(data: Data = DEFAULT_DATA) -> None:
    from yingda.main.backup import before_upgrade
    from yingda.main.settings import load
    from yingda.store.migrate import upgrade

    found = load(data)
    before_upgrade(found)
    upgrade(found.database)


@app.command(name="seed-demo", help="Fill an empty company with the sample one", hidden=True)
def seed_demo(data: Data = DEFAULT_DATA) -> None:
    from yingda.main.company import seed
    from yingda.main.settings import NOT_EMPTY, load

    raise typer.Exit(0 if seed(load(data)) else NOT_EMPTY)


@app.command(name="fetch-switch", help="Fetch the private Asterisk if there is no other", hidden=True)
def fetch_switch() -> None:
    from yingda.main.switch import fetch

    fetch()


@app.command(name="set-up-link", help="Show the one-time set-up link of an empty company / 显示初始化链接")
def set_up_link(data: Data = DEFAULT_DATA, lang: Lang = None) -> None:
    from yingda.main.reach import setup_link as link_of
    from yingda.main.settings import load

    settings = load(data)
    link = link_of(settings)
    print(link or text("main.set_up_done", console_language(lang)))


@app.command(name="add-voice", help="Fetch the voice that speaks prompts from text / 安装合成语音")
def add_voice(lang: Lang = None) -> None:
    from yingda.main.voice import add

    add(Console(console_language(lang)))


@app.command(help="Show the settings in force (no secrets) / 显示设置")
def settings(data: Data = DEFAULT_DATA) -> None:
    from dataclasses import asdict

    from yingda.main.settings import SECRET_NAMES, load

    shown = {key: str(value) if isinstance(value, Path) else value
             for key, value in asdict(load(data)).items() if key not in SECRET_NAMES and key != "database_url"}
    print(json.dumps(shown, ensure_ascii=False, indent=2))


Passphrase = Annotated[Path | None, typer.Option(help="file with the passphrase / 口令文件")]


def _passphrase(file: Path | None, lang: str, *, twice: bool) -> str:
    """From the file, else YINGDA_PASSPHRASE, else typed."""
    if file is not None:
        return file.read_text("utf-8").strip()
    given = os.environ.get("YINGDA_PASSPHRASE", "")
    return given or str(typer.prompt(text("main.backup.passphrase", lang), hide_input=True, confirmation_prompt=twice))


@app.command(help="Back up database, settings and prompts / 备份")
def backup(
    file: Path,
    data: Data = DEFAULT_DATA,
    encrypt: Annotated[bool, typer.Option("--encrypt", help="with a passphrase / 用口令加密")] = False,
    passphrase_file: Passphrase = None,
    recordings: Annotated[bool, typer.Option("--recordings", help="with the recordings' files / 包含录音文件")] = False,
    lang: Lang = None,
) -> None:
    from yingda.main import backup as made
    from yingda.main.settings import load

    tongue = console_language(lang)
    secret = _passphrase(passphrase_file, tongue, twice=True) if encrypt or passphrase_file else ""
    found = made.backup(load(data), file, passphrase=secret, recordings=recordings)
    print(text("main.backup.done", tongue, file=file, size=f"{file.stat().st_size / 1e6:.1f}",
               tables=len(found.tables), files=len(found.files) - len(found.tables)))
    print(text("main.backup.sealed" if secret else "main.backup.open", tongue))


@app.command(help="Restore a backup into an empty data folder / 恢复备份")
def restore(
    file: Path,
    data: Data = DEFAULT_DATA,
    passphrase_file: Passphrase = None,
    database_url: Annotated[str, typer.Option(help="an empty database / 空数据库，默认与备份时相同")] = "",
    lang: Lang = None,
) -> None:
    from yingda.main import backup as made

    tongue = console_language(lang)
    secret = _passphrase(passphrase_file, tongue, twice=False) if made.is_sealed(file) else ""
    found = made.restore(file, data, passphrase=secret, database_url=database_url)
    print(text("main.backup.restored", tongue, data=data, files=len(found.files), version=found.version))


@app.command(help="Gather what a helper needs to see, without secrets / 生成支持包（不含密码）")
def support(file: Path = Path("yingda-support.zip"), data: Data = DEFAULT_DATA, lang: Lang = None) -> None:
    from yingda.main.settings import load
    from yingda.main.support import write

    write(load(data), file)
    print(text("main.support.done", console_language(lang), file=file, size=f"{file.stat().st_size / 1e3:.0f}"))


certificate_app = typer.Typer(no_args_is_help=True, help="The certificate for https / HTTPS 证书")
app.add_typer(certificate_app, name="certificate")


@certificate_app.command(name="install", help="Put a certificate in place, e.g. after its renewal / 安装证书")
def certificate_install(certificate: Path, key: Path, data: Data = DEFAULT_DATA, lang: Lang = None) -> None:
    from yingda.kit.certificates import install
    from yingda.main.settings import load

    found = install(load(data).data / "tls", certificate.read_bytes(), key.read_bytes())
    print(text("main.certificate.done", console_language(lang), subject=found.subject,
               days=(found.ends_at - time.time_ns() // 1_000_000) // 86_400_000))


@certificate_app.command(name="show", help="What is in place / 查看当前证书")
def certificate_show(data: Data = DEFAULT_DATA) -> None:
    from dataclasses import asdict

    from yingda.kit.certificates import read
    from yingda.main.settings import load

    found = read(load(data).data / "tls")
    print(json.dumps(asdict(found) if found else {}, ensure_ascii=False, indent=2))


audit_app = typer.Typer(no_args_is_help=True, help="The log of who did what / 审计日志")
app.add_typer(audit_app, name="audit")


@audit_app.command(name="verify", help="Find changed, removed or reordered entries / 检查日志是否被篡改")
def audit_verify(
    data: Data = DEFAULT_DATA,
    head: Annotated[str, typer.Option(help="a head kept elsewhere / 另存的校验值")] = "",
    lang: Lang = None,
) -> None:
    from yingda.main import audit
    from yingda.main.settings import load

    raise typer.Exit(audit.verify(load(data), head, console_language(lang)))


@audit_app.command(name="head", help="Print the chain's head for safekeeping / 输出校验值")
def audit_head(data: Data = DEFAULT_DATA) -> None:
    from yingda.main import audit
    from yingda.main.settings import load

    raise typer.Exit(audit.head(load(data)))


def _language_of(arguments: list[str]) -> str:
    for place, word in enumerate(arguments):
        if word == "--lang" and place + 1 < len(arguments):
            return console_language(arguments[place + 1])
        if word.startswith("--lang="):
            return console_language(word[7:])
    return console_language()


def main() -> int:
    """Run one command; foreseen refusals become one translated message and exit code 1."""
    try:
        app()
    except YingdaError as error:
        lang = _language_of(sys.argv[1:])
        print(f"✗ {text(f'errors.{error.code}', lang, **error.params)}", file=sys.stderr)
        return 1
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    return 0

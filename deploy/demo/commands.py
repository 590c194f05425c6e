"""`qingban demo` and `qingban simulator`."""

from pathlib import Path

import click

VAR = Path("var/demo")


def _ports(text: str) -> list[int]:
    return [int(part) for part in text.split(",") if part.strip()]


@click.command()
@click.option("--port", default=8700, show_default=True, help="轻办的端口")
@click.option("--simulator-port", default=8800, show_default=True, help="模拟企业微信的端口")
@click.option("--phone-ports", default="8801,8802,8803,8804", show_default=True, help="模拟手机的端口")
@click.option("--var", default=VAR, type=click.Path(path_type=Path), show_default=True, help="数据放在哪里")
def demo(port: int, simulator_port: int, phone_ports: str, var: Path) -> None:
    """试用：模拟企业微信 + 示例医院 + 轻办，一条命令全部启动。"""
    from deploy.demo.trial import Trial

    Trial(var=var, port=port, simulator_port=simulator_port, phone_ports=_ports(phone_ports)).run()


@click.command()
@click.option("--port", default=8800, show_default=True, help="端口")
@click.option("--phone-ports", default="8801,8802,8803,8804", show_default=True, help="模拟手机的端口")
@click.option("--qingban", "address", default="http://localhost:8700", show_default=True, help="轻办的地址")
@click.option("--state", default=None, type=click.Path(path_type=Path), help="聊天记录存到哪个文件")
def simulator(port: int, phone_ports: str, address: str, state: Path | None) -> None:
    """只启动模拟企业微信，通讯录是示例医院。"""
    from deploy.demo.hospital import generate, scenes
    from deploy.demo.hospital.corp import as_wecom
    from deploy.demo.simulator.server import serve

    hospital = generate()
    cast = scenes.cast(hospital)
    serve(
        host="127.0.0.1",
        port=port,
        phone_ports=tuple(_ports(phone_ports)),
        corp=as_wecom(hospital, qingban_url=address, simulator_url=f"http://localhost:{port}"),
        qingban_url=address,
        state_path=str(state) if state else None,
        first_people=tuple(cast[part] for part in ("nurse", "head_nurse", "clerk", "colleague")),
    )


COMMANDS = [demo, simulator]

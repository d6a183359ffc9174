"""Compare with a good run."""

from random import Random

from benchmarks.cause_families import _Log
from benchmarks.cause_scene import Scene


def twin(scene: Scene, size: int, seed: int) -> list[str]:
    log = _Log(scene, Random(f"{scene.name} twin {seed}"), size)
    log.add(scene.opening)
    log.work_until(size, scene.handled, 9)
    return log.lines

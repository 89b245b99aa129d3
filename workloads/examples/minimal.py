"""A workload in Python: asyncio tasks that yield to each other (yield), or only count (control)."""
import asyncio, json, sys, time

def say(**event): print(json.dumps(event), flush=True)
def hear(word): sys.stdin.readline() == word + "\n" or sys.exit(f"no {word}: taskweight is gone")

async def main(scenario, tasks, operations):
    gate, counts, end, made = asyncio.Event(), asyncio.Queue(), asyncio.Event(), 0
    async def task(share, count=0):
        await gate.wait()
        while count < share:
            count += 1
            if scenario == "yield": await asyncio.sleep(0)
        await counts.put(count)
        await end.wait()  # alive until the window is closed
    parked = [asyncio.create_task(task(operations // tasks + (i < operations % tasks))) for i in range(tasks)]
    await asyncio.sleep(0)  # lets each run up to the gate
    say(event="ready", tasks=tasks, runtime="CPython " + sys.version.split()[0]); hear("go")
    start = time.monotonic_ns(); gate.set()
    for _ in parked: made += await counts.get()
    elapsed, switches = time.monotonic_ns() - start, made if scenario == "yield" and tasks > 1 else 0
    if made != operations: sys.exit(f"{made} operations made, not {operations}")
    say(event="done", operations=made, logical_switches=switches, elapsed_ns=elapsed); hear("exit")
if sys.argv[1] not in ("yield", "control"): print("offered are yield and control", file=sys.stderr), sys.exit(2)
asyncio.run(main(sys.argv[1], int(sys.argv[3]), int(sys.argv[5])))

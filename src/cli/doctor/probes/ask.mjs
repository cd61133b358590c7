// A line for each URL: status and reason, or 0 and what went wrong. Plain JavaScript: any Node that is found has to read it.
for (const url of process.argv.slice(2)) {
  try {
    const { status } = await fetch(url, { signal: AbortSignal.timeout(10_000) });
    console.log(status);
  } catch (error) {
    const causes = [];
    for (let cause = error; cause; cause = cause.cause) causes.push(cause.message);
    console.log(0, causes.join(': ').replaceAll('\n', ' '));
  }
}

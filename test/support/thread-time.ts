/** CPU time that this thread has had, ms: what others do on the machine meanwhile does not count. */
export function threadTime(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/** A number with so many digits as a reader wants of it. */
export function number(value: number | null | undefined): string {
  if (value === undefined || value === null || !Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (Number.isInteger(value)) return value.toLocaleString("en");
  if (size >= 1000) return Math.round(value).toLocaleString("en");
  if (size >= 0.001) return String(Number(value.toPrecision(4)));
  return value.toExponential(2);
}

/** Whether a metric is a share, shown in percent. */
export const isShare = (metric: string): boolean =>
  /(^|\/)(top\w+|accuracy|recall|precision)$/i.test(metric);

/** Whether a metric is counted in bytes. */
export const isMemory = (metric: string): boolean => /memory$/i.test(metric);

/** The value of a metric. */
export function measure(metric: string, value: number | null | undefined): string {
  if (value === undefined || value === null) return "–";
  if (isShare(metric)) return `${(100 * value).toFixed(2)} %`;
  if (isMemory(metric)) return bytes(value);
  return number(value);
}

/** A size of memory. */
export function bytes(value: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let size = value, unit = 0;
  for (; size >= 1000 && unit < units.length - 1; unit++) size /= 1000;
  return `${size.toPrecision(3)} ${units[unit]}`;
}

/** A time that has passed. */
export function duration(seconds: number): string {
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.round(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** A moment, as the reader's calendar has it. */
export function moment(iso: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return "–";
  const two = (value: number) => String(value).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ` +
    `${two(date.getHours())}:${two(date.getMinutes())}`;
}

const titles: Readonly<Record<string, string>> = {
  loss: "Loss",
  top1: "Top-1 accuracy",
  top5: "Top-5 accuracy",
  learningRate: "Learning rate",
  imagesPerSecond: "Images/s",
  memory: "Memory of the process",
  deviceMemory: "Memory of the device",
  ranks: "Images/s of each rank",
};

/** What a metric is called; the group that it stands in says what it is measured on. */
export function metricTitle(metric: string): string {
  const short = metric.replace(/^(head\/)?(validation\/)?/, "");
  return titles[short] ?? short.replaceAll("/", " › ");
}

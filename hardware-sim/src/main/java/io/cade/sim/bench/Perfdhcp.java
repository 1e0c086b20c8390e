package io.cade.sim.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One run of Kea's {@code perfdhcp} and what it measured. */
final class Perfdhcp {
  private static final Pattern RATE = Pattern.compile("Rate: ([0-9.]+) 4-way exchanges/second");
  private static final Pattern COUNT = Pattern.compile("(sent|received) packets: ([0-9]+)");
  private static final Pattern TIMES = Pattern.compile("sent / received: ([0-9.]+) / ([0-9.]+)");

  private Perfdhcp() {}

  /**
   * What came of it.
   *
   * @param completed four-way exchanges per second
   * @param offered DISCOVERs sent per second
   * @param lost share of the questions of both kinds that were not answered within a second
   * @param meanMillis mean time to an answer, of both kinds; NaN unless asked for
   * @param p99Millis likewise
   */
  record Result(
      double completed, double offered, double lost, double meanMillis, double p99Millis) {}

  /**
   * Runs it for some seconds.
   *
   * @param macs file with the clients' hardware addresses
   * @param rate exchanges begun each second
   * @param delays whether to note the time of each answer
   */
  static Result run(BenchCable cable, Path macs, int rate, int seconds, boolean delays)
      throws IOException, InterruptedException {
    List<String> words =
        new ArrayList<>(
            List.of(
                "perfdhcp",
                "-4",
                "-M",
                macs.toString(),
                "-l",
                BenchCable.CLIENT_ADDRESS,
                "-r",
                Integer.toString(rate),
                "-p",
                Integer.toString(seconds)));
    if (delays) {
      words.addAll(List.of("-x", "t"));
    }
    words.add(BenchCable.SERVER_ADDRESS);
    Path out = Files.createTempFile("cade-bench", ".perfdhcp");
    try {
      Process process =
          new ProcessBuilder(cable.onClient(words))
              .redirectErrorStream(true)
              .redirectOutput(out.toFile())
              .start();
      if (!process.waitFor(seconds + 30L, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IOException("perfdhcp does not end");
      }
      // 3: some exchanges were not completed, which is a result as well.
      if (process.exitValue() != 0 && process.exitValue() != 3) {
        throw new IOException("perfdhcp: " + Files.readString(out).strip());
      }
      return parse(Files.readString(out, StandardCharsets.US_ASCII), seconds);
    } finally {
      Files.deleteIfExists(out);
    }
  }

  static Result parse(String report, int seconds) throws IOException {
    Matcher rate = RATE.matcher(report);
    if (!rate.find()) {
      throw new IOException("perfdhcp reports no rate: " + report.strip());
    }
    long[] counts =
        COUNT.matcher(report).results().mapToLong(m -> Long.parseLong(m.group(2))).toArray();
    if (counts.length < 4) {
      throw new IOException("perfdhcp reports no packets: " + report.strip());
    }
    long sent = counts[0] + counts[2];
    long received = counts[1] + counts[3];
    double[] millis =
        TIMES
            .matcher(report)
            .results()
            .mapToDouble(
                m -> (Double.parseDouble(m.group(2)) - Double.parseDouble(m.group(1))) * 1000)
            .sorted()
            .toArray();
    return new Result(
        Double.parseDouble(rate.group(1)),
        (double) counts[0] / seconds,
        sent == 0 ? 1 : (double) (sent - received) / sent,
        Arrays.stream(millis).average().orElse(Double.NaN),
        millis.length == 0 ? Double.NaN : millis[(int) (millis.length * 0.99)]);
  }
}

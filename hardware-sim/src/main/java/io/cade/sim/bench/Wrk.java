package io.cade.sim.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The load generator wrk, on one core. */
final class Wrk {
  /**
   * @param failed requests that got no answer, or one that is not 2xx or 3xx
   */
  record Result(long requests, double perSecond, double p50Micros, double p99Micros, long failed) {}

  private static final Pattern LATENCY = Pattern.compile("\\s+(50|99)%\\s+([0-9.]+)(us|ms|s)");
  private static final Pattern REQUESTS = Pattern.compile("\\s*(\\d+) requests in .*");
  private static final Pattern RATE = Pattern.compile("Requests/sec:\\s+([0-9.]+)");
  private static final Pattern SOCKET_ERRORS =
      Pattern.compile(
          "\\s+Socket errors: connect (\\d+), read (\\d+), write (\\d+), timeout (\\d+)");
  private static final Pattern REFUSED = Pattern.compile("\\s+Non-2xx or 3xx responses: (\\d+)");

  private final int core;
  private final Path script;

  /**
   * @param sites {@code s0.example} and so on, asked for in turn; 0: the host of the URL
   * @param path asked for
   */
  Wrk(int core, Path folder, int sites, String path, boolean close) throws IOException {
    this(core, folder, hosts(sites), path, close);
  }

  /** {@code s0.example} and so on. */
  static List<String> hosts(int number) {
    return IntStream.range(0, number).mapToObj(i -> "s" + i + ".example").toList();
  }

  /**
   * @param hosts asked for in turn; none: the host of the URL
   */
  Wrk(int core, Path folder, List<String> hosts, String path, boolean close) throws IOException {
    this.core = core;
    this.script = Files.createTempFile(folder, "wrk", ".lua");
    Files.writeString(
        script,
        hosts.isEmpty()
            ? "wrk.path = \""
                + path
                + "\"\n"
                + (close ? "wrk.headers['Connection'] = 'close'\n" : "")
            : """
            local hosts, requests, n = {%1$s}, {}, 0
            function init(args)
              for i, host in ipairs(hosts) do
                requests[i] = "GET %2$s HTTP/1.1\\r\\nHost: " .. host .. "\\r\\n%3$s\\r\\n"
              end
            end
            function request()
              n = n %% #requests + 1
              return requests[n]
            end
            """
                .formatted(
                    hosts.stream().map(h -> '"' + h + '"').collect(Collectors.joining(", ")),
                    path,
                    close ? "Connection: close\\r\\n" : ""));
  }

  Result run(String url, int connections, int seconds) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                "taskset",
                "-c",
                Integer.toString(core),
                "wrk",
                "-t",
                "1",
                "--latency",
                "-s",
                script.toString()));
    command.addAll(List.of("-c", Integer.toString(connections), "-d", seconds + "s", url));
    Process wrk = new ProcessBuilder(command).redirectErrorStream(true).start();
    List<String> lines;
    try (var reader = wrk.inputReader(StandardCharsets.UTF_8)) {
      lines = reader.lines().toList();
    }
    int code = wrk.waitFor();
    if (code != 0) {
      throw new IOException("wrk ended with " + code + ": " + lines);
    }
    return parse(lines);
  }

  static Result parse(List<String> lines) throws IOException {
    long requests = -1;
    double rate = 0;
    double p50 = 0;
    double p99 = 0;
    long failed = 0;
    for (String line : lines) {
      Matcher latency = LATENCY.matcher(line);
      Matcher made = REQUESTS.matcher(line);
      Matcher speed = RATE.matcher(line);
      Matcher broken = SOCKET_ERRORS.matcher(line);
      Matcher refused = REFUSED.matcher(line);
      if (latency.matches()) {
        double micros = micros(latency.group(2), latency.group(3));
        if (latency.group(1).equals("50")) {
          p50 = micros;
        } else {
          p99 = micros;
        }
      } else if (made.matches()) {
        requests = Long.parseLong(made.group(1));
      } else if (speed.matches()) {
        rate = Double.parseDouble(speed.group(1));
      } else if (broken.matches()) {
        for (int i = 1; i <= 4; i++) {
          failed += Long.parseLong(broken.group(i));
        }
      } else if (refused.matches()) {
        failed += Long.parseLong(refused.group(1));
      }
    }
    if (requests < 0) {
      throw new IOException("wrk did not say how many requests it made: " + lines);
    }
    return new Result(requests, rate, p50, p99, failed);
  }

  private static double micros(String value, String unit) {
    double number = Double.parseDouble(value);
    return switch (unit.toLowerCase(Locale.ROOT)) {
      case "us" -> number;
      case "ms" -> number * 1e3;
      default -> number * 1e6;
    };
  }
}

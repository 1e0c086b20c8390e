package io.cade.agent.run;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Asks a service on its address whether it lives. Immutable.
 *
 * @param address where the question is asked
 */
record HealthProbe(InetSocketAddress address, HealthQuestion question) {
  private static final int TIMEOUT_MILLIS = 2_000;

  /** Of a line; the rest of a longer one is not looked at. */
  private static final int MAX_LINE = 512;

  /** Whether it answers well; blocks, at most about four seconds. */
  boolean answers() {
    try (Socket socket = new Socket()) {
      socket.setSoTimeout(TIMEOUT_MILLIS);
      socket.connect(address, TIMEOUT_MILLIS);
      say(socket, question.words(address.getAddress().getHostAddress()));
      boolean lives = hear(new BufferedInputStream(socket.getInputStream(), MAX_LINE));
      if (lives) {
        say(socket, question.farewell());
      }
      return lives;
    } catch (IOException e) {
      return false;
    }
  }

  /** Whether a page answers 200. */
  static boolean answers(InetSocketAddress address, String path) {
    return new HealthProbe(address, new HealthQuestion.Http(path)).answers();
  }

  private static void say(Socket socket, String words) throws IOException {
    if (!words.isEmpty()) {
      socket.getOutputStream().write(words.getBytes(StandardCharsets.US_ASCII));
    }
  }

  private boolean hear(InputStream in) throws IOException {
    // Each read has its own limit; who sends an octet now and then is not to be waited for.
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(TIMEOUT_MILLIS);
    List<String> lines = new ArrayList<>();
    HealthQuestion.Verdict verdict = HealthQuestion.Verdict.OPEN;
    while (verdict == HealthQuestion.Verdict.OPEN) {
      String line = line(in, end);
      if (line == null) {
        return false;
      }
      lines.add(line);
      verdict = question.of(lines);
    }
    return verdict == HealthQuestion.Verdict.LIVES;
  }

  /** The next line without its end, cut; null when there is none, or not in time. */
  private static @Nullable String line(InputStream in, long end) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0 || System.nanoTime() - end > 0) {
        return null;
      }
      if (line.length() == MAX_LINE) {
        return line.toString();
      }
      if (c != '\r') {
        line.append((char) c);
      }
    }
    return line.toString();
  }
}

package io.cade.sim.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Copies what a process writes to its log file, line by line (of at most {@value #MAX_LINE}
 * characters), and keeps the file below {@value #MAX_BYTES} bytes: a full one is moved to {@code
 * NAME.1}. {@link #run} is the body of one thread.
 */
final class ChildLog implements Runnable {
  private static final long MAX_BYTES = 16 << 20;
  private static final int MAX_LINE = 4096;

  private final Path file;
  private final InputStream output;
  private final CompletableFuture<String> ready = new CompletableFuture<>();
  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private volatile String lastLine = "";

  /** What a guard says when it has started an engine. */
  private static final Pattern GUARDED =
      Pattern.compile("cade guard: engine \\S+ runs as process ([0-9]{1,18})");

  private volatile long guarded;
  private volatile Runnable onGuarded = () -> {};

  ChildLog(Path file, InputStream output) {
    this.file = file;
    this.output = output;
  }

  CompletableFuture<String> ready() {
    return ready;
  }

  /** Completes when the process has closed its output. */
  CompletableFuture<Void> ended() {
    return ended;
  }

  /** Process id of the engine that the process says it guards; 0 when it says nothing of it. */
  long guarded() {
    return guarded;
  }

  void onGuarded(Runnable told) {
    onGuarded = told;
  }

  String lastLine() {
    return lastLine;
  }

  @Override
  public void run() {
    try (BufferedReader reader =
        new BufferedReader(new InputStreamReader(output, StandardCharsets.UTF_8))) {
      copy(reader);
    } catch (IOException e) {
      lastLine = "its output could not be kept in " + file + ": " + e.getMessage();
    } finally {
      ended.complete(null);
    }
  }

  private void copy(BufferedReader reader) throws IOException {
    long size = Files.exists(file) ? Files.size(file) : 0;
    OutputStream log = open();
    try {
      for (String line = readLine(reader); line != null; line = readLine(reader)) {
        if (line.startsWith("READY")) {
          ready.complete(line);
        }
        Matcher engine = GUARDED.matcher(line);
        if (engine.matches()) {
          guarded = Long.parseLong(engine.group(1));
          onGuarded.run();
        }
        if (!line.isBlank()) {
          lastLine = line;
        }
        byte[] bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
        if (size + bytes.length > MAX_BYTES) {
          log.close();
          Files.move(
              file,
              file.resolveSibling(file.getFileName() + ".1"),
              StandardCopyOption.REPLACE_EXISTING);
          log = open();
          size = 0;
        }
        log.write(bytes);
        size += bytes.length;
      }
    } finally {
      log.close();
    }
  }

  private OutputStream open() throws IOException {
    if (!Files.exists(file)) {
      Files.createFile(file, PrivateFiles.FILE);
    }
    return Files.newOutputStream(file, StandardOpenOption.APPEND);
  }

  /** A line without its end; one that is too long comes in pieces. */
  private static @Nullable String readLine(BufferedReader reader) throws IOException {
    StringBuilder line = new StringBuilder();
    while (line.length() < MAX_LINE) {
      int c = reader.read();
      if (c < 0) {
        return line.isEmpty() ? null : line.toString();
      }
      if (c == '\n') {
        return line.toString();
      }
      line.append((char) c);
    }
    return line.toString();
  }
}

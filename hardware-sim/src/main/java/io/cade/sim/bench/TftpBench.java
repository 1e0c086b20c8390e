package io.cade.sim.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * How fast files leave by TFTP and boot HTTP, beside the servers that are installed, all asked by
 * the same clients: one stream with windows and in lock-step, 280 streams at once, one bulk file by
 * HTTP. Rounds go from server to server, so that what else the machine does hits all of them; the
 * median counts.
 */
final class TftpBench {
  private static final int BLOCK = 1468;
  private static final int CARDS = 280;
  private static final String FILE = BootServerUnderTest.FILE;

  private final PrintStream out;

  TftpBench(PrintStream out) {
    this.out = out;
  }

  void run(boolean quick) throws IOException, InterruptedException {
    int rounds = quick ? 2 : 5;
    try (Workspace workspace = Workspace.create()) {
      Path folder = Files.createDirectories(workspace.root().resolve("files"));
      Path image = random(folder.resolve(FILE), quick ? 24 : 128);
      Path card = random(folder.resolve("card"), quick ? 1 : 8);
      List<FileServer> servers = new ArrayList<>();
      try {
        servers.add(FileServer.ours("cade", image, CARDS, false));
        servers.addAll(FileServer.tftpPeers(folder));
        double windowed = single(servers, 16, rounds).getOrDefault("cade", 0.0);
        var _ = single(servers, 64, rounds);
        // Who knows no windows can only be asked in lock-step.
        single(servers, 1, rounds)
            .forEach((server, rate) -> {
              if (!server.equals("cade")) {
                BenchMain.ratio(out, "tftp.window16_to_lockstep", server, windowed / rate);
              }
            });
        crossCheck(servers, image, workspace.root().resolve("got"), rounds);
      } finally {
        servers.forEach(FileServer::close);
      }
      storm(card, folder, quick ? 1 : 3);
      http(image, folder, rounds);
    }
  }

  private static Path random(Path file, int mebibytes) throws IOException {
    byte[] part = new byte[1 << 20];
    Random random = new Random(7);
    try (var to = Files.newOutputStream(file)) {
      for (int i = 0; i < mebibytes; i++) {
        random.nextBytes(part);
        to.write(part);
      }
    }
    return file;
  }

  /** The medians. */
  private Map<String, Double> single(List<FileServer> servers, int window, int rounds)
      throws IOException {
    String name = window == 1 ? "tftp.lockstep" : "tftp.window" + window;
    Map<String, List<Double>> rates = new HashMap<>();
    long digest = 0;
    for (int round = -1; round < rounds; round++) {
      for (FileServer server : servers) {
        if (window > 1 && !server.windows()) {
          continue;
        }
        TftpClient.Fetch fetch = TftpClient.fetch(server.tftp().orElseThrow(), FILE, BLOCK, window);
        digest = digest == 0 ? fetch.digest() : digest;
        if (fetch.digest() != digest) {
          throw new IOException(server.name() + " sent something else than the others");
        }
        // The first round warms up.
        if (round >= 0) {
          rates
              .computeIfAbsent(server.name(), n -> new ArrayList<>())
              .add(fetch.mebibytesPerSecond());
        }
      }
    }
    return compare(name, "MiB/s", rates);
  }

  /** The same with the tool that people use, so that nobody has to believe our own client. */
  private void crossCheck(List<FileServer> servers, Path image, Path got, int rounds)
      throws IOException, InterruptedException {
    if (FileServer.program("atftp").isEmpty()) {
      out.println("no cross-check: needs atftp (package atftp)");
      return;
    }
    Map<String, List<Double>> rates = new HashMap<>();
    for (int round = 0; round < rounds; round++) {
      for (FileServer server : servers) {
        if (server.windows()) {
          rates
              .computeIfAbsent(server.name(), n -> new ArrayList<>())
              .add(atftp(server.tftp().orElseThrow(), image, got));
        }
      }
    }
    var _ = compare("tftp.atftp_window16", "MiB/s", rates);
  }

  private static double atftp(InetSocketAddress server, Path image, Path got)
      throws IOException, InterruptedException {
    long began = System.nanoTime();
    Process client =
        new ProcessBuilder(
                "atftp",
                "--option",
                "blksize " + BLOCK,
                "--option",
                "windowsize 16",
                "--get",
                "-r",
                FILE,
                "-l",
                got.toString(),
                server.getAddress().getHostAddress(),
                Integer.toString(server.getPort()))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    if (!client.waitFor(60, TimeUnit.SECONDS)) {
      client.destroyForcibly();
    }
    double seconds = (System.nanoTime() - began) / 1e9;
    if (Files.mismatch(image, got) >= 0) {
      throw new IOException("atftp did not get the file of " + server);
    }
    Files.delete(got);
    return Files.size(image) / seconds / (1 << 20);
  }

  private Map<String, Double> compare(String name, String unit, Map<String, List<Double>> values) {
    Map<String, Double> medians = new HashMap<>();
    values.forEach((server, all) -> medians.put(server, BootBench.median(all)));
    double ours = medians.getOrDefault("cade", 0.0);
    medians.forEach((server, median) -> {
      if (server.equals("cade")) {
        BenchMain.figure(out, name, median, unit);
      } else {
        out.printf(Locale.ROOT, "%s of %s: %.2f %s%n", name, server, median, unit);
        out.printf(Locale.ROOT, "ratio %s %s %.2f%n", name, server, ours / median);
      }
    });
    out.flush();
    return medians;
  }

  private void storm(Path card, Path folder, int rounds) throws IOException, InterruptedException {
    long bytes = Files.size(card);
    List<FileServer> servers = new ArrayList<>();
    try {
      servers.add(FileServer.ours("cade", card, CARDS, false));
      servers.addAll(FileServer.tftpPeers(folder));
      for (int window : List.of(16, 1)) {
        String name = "tftp.storm" + CARDS + (window == 1 ? ".lockstep" : ".window" + window);
        Map<String, List<Double>> rates = new HashMap<>();
        List<TftpSwarm.Result> ours = new ArrayList<>();
        for (int round = -1; round < rounds; round++) {
          for (FileServer server : servers) {
            boolean isOurs = server.name().equals("cade");
            TftpSwarm.Result result =
                TftpSwarm.fetch(
                    server.tftp().orElseThrow(), isOurs ? FILE : "card", CARDS, BLOCK, window);
            // The first round warms up, the clients too.
            if (round < 0) {
              continue;
            }
            report(name, server.name(), result);
            double done = (double) bytes * (CARDS - result.failed());
            rates
                .computeIfAbsent(server.name(), n -> new ArrayList<>())
                .add(done / result.seconds() / (1 << 20));
            if (isOurs) {
              ours.add(result);
            }
          }
        }
        var _ = compare(name + ".rate", "MiB/s", rates);
        BenchMain.figure(
            out,
            name + ".seconds",
            BootBench.median(ours.stream().map(TftpSwarm.Result::seconds).toList()),
            "s");
        BenchMain.figure(
            out,
            name + ".fairness",
            BootBench.median(ours.stream().map(TftpSwarm.Result::jain).toList()),
            "jain");
        BenchMain.figure(
            out,
            name + ".failed",
            ours.stream().mapToInt(TftpSwarm.Result::failed).sum(),
            "clients");
      }
      FileServer own = servers.getFirst();
      out.println("counters of cade: " + own.counters());
      BenchMain.figure(out, "tftp.storm.peak_memory", own.memoryKib("VmHWM") / 1024.0, "MiB");
    } finally {
      servers.forEach(FileServer::close);
    }
  }

  private void report(String name, String server, TftpSwarm.Result result) {
    out.printf(
        Locale.ROOT,
        "%s %s: %.2f s, %d failed, %d repeated, rate min %.2f max %.2f MiB/s, Jain %.4f%n",
        name,
        server,
        result.seconds(),
        result.failed(),
        result.repeats(),
        result.rates().stream().mapToDouble(r -> r).min().orElse(0) / (1 << 20),
        result.rates().stream().mapToDouble(r -> r).max().orElse(0) / (1 << 20),
        result.jain());
  }

  private void http(Path image, Path folder, int rounds) throws IOException, InterruptedException {
    List<FileServer> servers = new ArrayList<>();
    try {
      servers.add(FileServer.ours("cade", image, CARDS, false));
      Optional<FileServer> peer = FileServer.httpPeer(folder);
      peer.ifPresent(servers::add);
      Map<String, List<Double>> rates = new HashMap<>();
      for (int round = -1; round < rounds; round++) {
        for (FileServer server : servers) {
          double rate = get(server.http().orElseThrow(), Files.size(image));
          if (round >= 0) {
            rates.computeIfAbsent(server.name(), n -> new ArrayList<>()).add(rate);
          }
        }
      }
      var _ = compare("boothttp.bulk", "MiB/s", rates);
    } finally {
      servers.forEach(FileServer::close);
    }
  }

  private static double get(InetSocketAddress server, long size) throws IOException {
    long began = System.nanoTime();
    long bytes = 0;
    try (SocketChannel channel = SocketChannel.open()) {
      channel.bind(new InetSocketAddress(BootServerUnderTest.address(0), 0)).connect(server);
      channel.write(
          ByteBuffer.wrap(
              ("GET /" + FILE + " HTTP/1.1\r\nHost: boot\r\nConnection: close\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII)));
      ByteBuffer part = ByteBuffer.allocateDirect(256 << 10);
      for (int n = channel.read(part); n >= 0; n = channel.read(part.clear())) {
        bytes += n;
      }
    }
    if (bytes < size) {
      throw new IOException("only " + bytes + " bytes came from " + server);
    }
    return size * 1e9 / (System.nanoTime() - began) / (1 << 20);
  }
}

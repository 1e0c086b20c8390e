package io.cade.sim.bench;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Asks one agent as fast as it answers, with several requests under way. It looks for answers
 * without pause, so it wants a processor of its own. Not thread-safe.
 */
final class SnmpLoad implements AutoCloseable {
  private static final long LOST_NANOS = 500_000_000L;
  private static final int REPETITIONS = 25;

  private final DatagramChannel channel;
  private final ByteBuffer in = ByteBuffer.allocateDirect(65_536);
  private final ByteBuffer out = ByteBuffer.allocateDirect(2048);
  private final byte[] answer = new byte[65_536];

  SnmpLoad(InetSocketAddress agent) throws IOException {
    channel = DatagramChannel.open();
    channel.connect(agent);
    channel.configureBlocking(false);
  }

  /**
   * What came back.
   *
   * @param objects answers of GETs, or instances of walks
   * @param lost times that nothing came for half a second
   */
  record Done(long objects, double seconds, int lost) {
    double perSecond() {
      return objects / seconds;
    }
  }

  /** Sends prepared requests, so many under way, for a time. */
  Done send(List<byte[]> requests, int underWay, Duration time) throws IOException {
    long began = System.nanoTime();
    long end = began + time.toNanos();
    int next = 0;
    long answers = 0;
    int lost = 0;
    for (; next < underWay; next++) {
      write(requests.get(next % requests.size()));
    }
    long heard = began;
    while (true) {
      int length = read();
      long now = System.nanoTime();
      if (length > 0) {
        answers++;
        heard = now;
        if (now > end) {
          break;
        }
        write(requests.get(next++ % requests.size()));
      } else if (now - heard > LOST_NANOS) {
        lost++;
        heard = now;
        if (lost > 20) {
          throw new IOException("the agent does not answer");
        }
        for (int i = 0; i < underWay; i++) {
          write(requests.get(next++ % requests.size()));
        }
      }
    }
    double seconds = (System.nanoTime() - began) / 1e9;
    drain();
    return new Done(answers, seconds, lost);
  }

  /** Walks below a root with GETBULK, so many walkers at once, again and again for a time. */
  Done walk(String community, byte[] root, int walkers, Duration time) throws IOException {
    byte[][] at = new byte[walkers][];
    long began = System.nanoTime();
    long end = began + time.toNanos();
    for (int i = 0; i < walkers; i++) {
      at[i] = root;
      write(bulk(community, i, root));
    }
    long objects = 0;
    int lost = 0;
    long heard = began;
    while (true) {
      int length = read();
      long now = System.nanoTime();
      if (length > 0) {
        var response = new Response(answer);
        int walker = response.requestId;
        if (walker < 0 || walker >= walkers) {
          continue;
        }
        heard = now;
        objects += response.below(root);
        at[walker] = response.ended ? root : response.last;
        if (now > end) {
          break;
        }
        write(bulk(community, walker, at[walker]));
      } else if (now - heard > LOST_NANOS) {
        lost++;
        heard = now;
        if (lost > 20) {
          throw new IOException("the agent does not answer");
        }
        for (int i = 0; i < walkers; i++) {
          write(bulk(community, i, at[i]));
        }
      }
    }
    double seconds = (System.nanoTime() - began) / 1e9;
    drain();
    return new Done(objects, seconds, lost);
  }

  /** One walk by one walker; the names of all instances. */
  List<byte[]> once(String community, byte[] root) throws IOException {
    var names = new ArrayList<byte[]>();
    byte[] at = root;
    int number = 0;
    while (true) {
      write(bulk(community, ++number, at));
      long asked = System.nanoTime();
      int length = read();
      while (length <= 0) {
        if (System.nanoTime() - asked > 5_000_000_000L) {
          throw new IOException("the agent does not answer a walk");
        }
        length = read();
      }
      var response = new Response(answer);
      if (response.requestId != number) {
        continue;
      }
      response.below(root);
      names.addAll(response.names);
      if (response.ended || response.names.isEmpty()) {
        return names;
      }
      at = response.last;
    }
  }

  private void drain() throws IOException {
    long until = System.nanoTime() + 50_000_000L;
    while (System.nanoTime() < until) {
      read();
    }
  }

  private void write(byte[] message) throws IOException {
    out.clear().put(message).flip();
    while (channel.write(out) == 0) {
      Thread.onSpinWait();
    }
  }

  private int read() throws IOException {
    in.clear();
    int length = channel.read(in);
    if (length > 0) {
      in.flip().get(answer, 0, length);
    }
    return length;
  }

  /** A GET of one instance. */
  static byte[] get(String community, int requestId, byte[] oid) {
    return message(community, 0xA0, requestId, 0, 0, oid);
  }

  private static byte[] bulk(String community, int requestId, byte[] oid) {
    return message(community, 0xA5, requestId, 0, REPETITIONS, oid);
  }

  private static byte[] message(
      String community, int type, int requestId, int second, int third, byte[] oid) {
    byte[] binding = element(0x30, element(0x06, oid), new byte[] {5, 0});
    byte[] pdu =
        element(
            type,
            element(
                0x02,
                new byte[] {
                  (byte) (requestId >> 24),
                  (byte) (requestId >> 16),
                  (byte) (requestId >> 8),
                  (byte) requestId
                }),
            new byte[] {2, 1, (byte) second, 2, 1, (byte) third},
            element(0x30, binding));
    return element(
        0x30, new byte[] {2, 1, 1}, element(0x04, community.getBytes(StandardCharsets.UTF_8)), pdu);
  }

  private static byte[] element(int tag, byte[]... contents) {
    var all = new ByteArrayOutputStream();
    int length = Arrays.stream(contents).mapToInt(c -> c.length).sum();
    all.write(tag);
    if (length >= 128) {
      all.write(0x81);
    }
    all.write(length);
    for (byte[] c : contents) {
      all.write(c, 0, c.length);
    }
    return all.toByteArray();
  }

  /** A response of SNMPv2c. */
  private static final class Response {
    final byte[] octets;
    final int requestId;
    final List<byte[]> names = new ArrayList<>();
    byte[] last = new byte[0];
    boolean ended;
    private int at;

    Response(byte[] octets) {
      this.octets = octets;
      header();
      skip(); // version
      skip(); // community
      header();
      int length = header();
      int id = 0;
      for (int i = 0; i < length; i++) {
        id = id << 8 | (octets[at++] & 0xFF);
      }
      requestId = id;
      skip();
      skip();
    }

    /** Counts and keeps what is below the root, and finds out whether that was all. */
    int below(byte[] root) {
      int length = header();
      int end = at + length;
      while (at < end) {
        int whole = header();
        int next = at + whole;
        int oid = header();
        boolean exception = (octets[at + oid] & 0x80) != 0;
        if (exception
            || oid < root.length
            || !Arrays.equals(octets, at, at + root.length, root, 0, root.length)) {
          ended = true;
          break;
        }
        last = Arrays.copyOfRange(octets, at, at + oid);
        names.add(last);
        at = next;
      }
      return names.size();
    }

    private int header() {
      int length = octets[at + 1] & 0xFF;
      at += 2;
      if (length >= 0x80) {
        int more = length & 0x7F;
        length = 0;
        for (int i = 0; i < more; i++) {
          length = length << 8 | (octets[at++] & 0xFF);
        }
      }
      return length;
    }

    private void skip() {
      int length = header();
      at += length;
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}

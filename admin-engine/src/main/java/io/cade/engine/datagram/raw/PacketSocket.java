package io.cade.engine.datagram.raw;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * A Linux packet socket (packet(7)) for one EtherType, which a filter has thinned out. Frames are
 * received in batches, one system call for up to {@value #BATCH}. Frames longer than {@value
 * #MAX_FRAME_BYTES} bytes are dropped. The structures are those of 64-bit Linux.
 *
 * <p>Receiving and binding belong to one thread; {@link #send} and {@link #close} may be called by
 * any other.
 */
final class PacketSocket implements AutoCloseable {
  static final int BATCH = 32;
  static final int MAX_FRAME_BYTES = 2048;

  private static final int AF_PACKET = 17;
  private static final int SOCK_RAW = 3;
  private static final int SOCK_NONBLOCK = 0x800;
  private static final int SOCK_CLOEXEC = 0x80000;
  private static final int SOL_SOCKET = 1;
  private static final int SO_RCVBUF = 8;
  private static final int SO_ATTACH_FILTER = 26;
  private static final int SOL_PACKET = 263;
  private static final int PACKET_STATISTICS = 6;
  private static final int PACKET_AUXDATA = 8;
  private static final int MSG_DONTWAIT = 0x40;
  private static final int MSG_TRUNC = 0x20;
  private static final int TP_STATUS_CSUMNOTREADY = 8;
  private static final int TP_STATUS_CSUM_VALID = 128;
  private static final int RECEIVE_BUFFER_BYTES = 1 << 20;
  private static final int CONTROL_BYTES = 64;

  /** Where the status lies in the control data: behind a cmsghdr of 16 bytes. */
  private static final int STATUS_AT = 16;

  private static final StructLayout MESSAGE =
      MemoryLayout.structLayout(
          JAVA_LONG.withName("name"),
          JAVA_LONG.withName("nameLength"),
          JAVA_LONG.withName("vectors"),
          JAVA_LONG.withName("vectorCount"),
          JAVA_LONG.withName("control"),
          JAVA_LONG.withName("controlLength"),
          JAVA_INT.withName("flags"),
          MemoryLayout.paddingLayout(4),
          JAVA_INT.withName("length"),
          MemoryLayout.paddingLayout(4));

  private static final long CONTROL_LENGTH_AT = at("controlLength");
  private static final long FLAGS_AT = at("flags");
  private static final long LENGTH_AT = at("length");
  private static final ValueLayout.OfShort NETWORK_SHORT =
      JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN);

  private final int fd;
  private final int etherType;

  // Owned by the receiving thread.
  private final SystemCalls receiving;
  private final MemorySegment messages;
  private final MemorySegment frames;
  private final MemorySegment controls;
  private final byte[] frame = new byte[MAX_FRAME_BYTES];
  private final MemorySegment frameView = MemorySegment.ofArray(frame);

  // Guarded by this.
  private final SystemCalls sending;
  private final MemorySegment outgoing;
  private boolean closed;

  private PacketSocket(int fd, int etherType, SystemCalls calls, Arena arena) {
    this.fd = fd;
    this.etherType = etherType;
    this.receiving = calls;
    this.sending = new SystemCalls(arena);
    this.messages = arena.allocate(MESSAGE, BATCH);
    this.frames = arena.allocate((long) BATCH * MAX_FRAME_BYTES, 64);
    this.controls = arena.allocate((long) BATCH * CONTROL_BYTES, 8);
    this.outgoing = arena.allocate(MAX_FRAME_BYTES);
    MemorySegment vectors = arena.allocate(16L * BATCH, 8);
    for (int i = 0; i < BATCH; i++) {
      vectors.set(JAVA_LONG, 16L * i, frames.address() + (long) i * MAX_FRAME_BYTES);
      vectors.set(JAVA_LONG, 16L * i + 8, MAX_FRAME_BYTES);
      MemorySegment message = message(i);
      message.set(JAVA_LONG, at("vectors"), vectors.address() + 16L * i);
      message.set(JAVA_LONG, at("vectorCount"), 1);
      message.set(JAVA_LONG, at("control"), controls.address() + (long) i * CONTROL_BYTES);
    }
  }

  /** Hears of a frame. */
  @FunctionalInterface
  interface FrameReceiver {
    /**
     * @param frame valid during the call only
     * @param checksumIsSet false when the network card would have filled in the UDP checksum
     */
    void received(byte[] frame, int length, boolean checksumIsSet);
  }

  /** What the kernel had to say about one batch. */
  record Batch(int received, int tooLong) {}

  /**
   * Opens a socket that receives nothing before it is bound.
   *
   * @param arena whose life is that of the socket's memory: closed after the socket
   */
  static PacketSocket open(int etherType, SocketFilter filter, Arena arena) throws SystemError {
    SystemCalls calls = new SystemCalls(arena);
    int fd = calls.socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    try {
      calls.setOption(fd, SOL_SOCKET, SO_ATTACH_FILTER, structure(filter, arena));
      calls.setOption(fd, SOL_PACKET, PACKET_AUXDATA, arena.allocateFrom(JAVA_INT, 1));
      calls.setOption(
          fd, SOL_SOCKET, SO_RCVBUF, arena.allocateFrom(JAVA_INT, RECEIVE_BUFFER_BYTES));
      return new PacketSocket(fd, etherType, calls, arena);
    } catch (SystemError | RuntimeException e) {
      calls.close(fd);
      throw e;
    }
  }

  /** {@code struct sock_fprog} with its instructions. */
  private static MemorySegment structure(SocketFilter filter, Arena arena) {
    MemorySegment code = arena.allocate(8L * filter.program().size(), 8);
    int at = 0;
    for (SocketFilter.Instruction i : filter.program()) {
      code.set(JAVA_SHORT, at, (short) i.code());
      code.set(JAVA_BYTE, at + 2, (byte) i.jumpTrue());
      code.set(JAVA_BYTE, at + 3, (byte) i.jumpFalse());
      code.set(JAVA_INT, at + 4, i.constant());
      at += 8;
    }
    MemorySegment program = arena.allocate(16, 8);
    program.set(JAVA_SHORT, 0, (short) filter.program().size());
    program.set(JAVA_LONG, 8, code.address());
    return program;
  }

  /** Receives from the interface with this index from now on, and from no other. */
  void bind(int interfaceIndex) throws SystemError {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = arena.allocate(20, 8);
      address.set(JAVA_SHORT, 0, (short) AF_PACKET);
      address.set(NETWORK_SHORT, 2, (short) etherType);
      address.set(JAVA_INT, 4, interfaceIndex);
      receiving.bind(fd, address);
    }
  }

  /** For poll(2). */
  int descriptor() {
    return fd;
  }

  /**
   * Takes up to {@value #BATCH} waiting frames, without waiting.
   *
   * @throws SystemError once, when the interface went away or down
   */
  Batch receive(FrameReceiver receiver) throws SystemError {
    for (int i = 0; i < BATCH; i++) {
      message(i).set(JAVA_LONG, CONTROL_LENGTH_AT, CONTROL_BYTES);
    }
    int count = receiving.receiveMany(fd, messages, BATCH, MSG_DONTWAIT);
    int tooLong = 0;
    for (int i = 0; i < count; i++) {
      MemorySegment message = message(i);
      int length = message.get(JAVA_INT, LENGTH_AT);
      if ((message.get(JAVA_INT, FLAGS_AT) & MSG_TRUNC) != 0 || length > MAX_FRAME_BYTES) {
        tooLong++;
        continue;
      }
      MemorySegment.copy(frames, (long) i * MAX_FRAME_BYTES, frameView, 0, length);
      receiver.received(frame, length, checksumIsSet(message, i));
    }
    return new Batch(count, tooLong);
  }

  private boolean checksumIsSet(MemorySegment message, int i) {
    if (message.get(JAVA_LONG, CONTROL_LENGTH_AT) < STATUS_AT + 4) {
      return true;
    }
    int status = controls.get(JAVA_INT, (long) i * CONTROL_BYTES + STATUS_AT);
    return (status & (TP_STATUS_CSUMNOTREADY | TP_STATUS_CSUM_VALID)) == 0;
  }

  /** Frames that the kernel had to drop since the last call, because we were too slow. */
  int droppedByKernel() throws SystemError {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment statistics = arena.allocate(8, 4);
      receiving.getOption(
          fd, SOL_PACKET, PACKET_STATISTICS, statistics, arena.allocateFrom(JAVA_INT, 8));
      return statistics.get(JAVA_INT, 4);
    }
  }

  /**
   * Sends a frame without waiting.
   *
   * @throws SystemError when it cannot leave now
   */
  synchronized void send(byte[] bytes) throws SystemError {
    if (closed) {
      throw new SystemError("send", SystemError.ENETDOWN);
    }
    MemorySegment.copy(bytes, 0, outgoing, JAVA_BYTE, 0, bytes.length);
    sending.send(fd, outgoing, bytes.length, MSG_DONTWAIT);
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      sending.close(fd);
    }
  }

  private MemorySegment message(int i) {
    return messages.asSlice(i * MESSAGE.byteSize(), MESSAGE);
  }

  private static long at(String field) {
    return MESSAGE.byteOffset(MemoryLayout.PathElement.groupElement(field));
  }
}

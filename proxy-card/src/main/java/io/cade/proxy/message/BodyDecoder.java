package io.cade.proxy.message;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ByteProcessor;
import java.util.List;

/**
 * Takes the body of one message after the other from the bytes, as slices of what was read (RFC
 * 9112 §6, §7.1). Strict: what two readers could see different ends in is a fault. Owned by the
 * event loop.
 */
public final class BodyDecoder {
  /** What a call has come to. */
  public enum Step {
    /** More bytes are needed. */
    MORE,
    /** The last part has been given out. */
    DONE,
    /** The bytes are no such body. */
    FAULT
  }

  private enum State {
    LENGTH,
    UNTIL_CLOSE,
    CHUNK_SIZE,
    CHUNK,
    CHUNK_END,
    TRAILER
  }

  /** A chunk's line may carry extensions, which nobody uses: short ones are overlooked. */
  private static final int MAX_CHUNK_LINE = 256;

  private static final int MAX_SIZE_DIGITS = 15;

  private final int maxTrailer;
  private State state = State.UNTIL_CLOSE;
  private long left;
  private int scanned;
  private int trailerBytes;
  private HeadFields trailer = new HeadFields();

  /**
   * @param maxTrailer bytes of all trailer fields of a message together
   */
  public BodyDecoder(int maxTrailer) {
    this.maxTrailer = maxTrailer;
  }

  /** The next body has this many bytes, more than none. */
  public void expectLength(long bytes) {
    state = State.LENGTH;
    left = bytes;
  }

  /** The next body comes in chunks. */
  public void expectChunks() {
    state = State.CHUNK_SIZE;
    scanned = 0;
  }

  /** The next body ends with the connection. */
  public void expectUntilClose() {
    state = State.UNTIL_CLOSE;
  }

  /** Whether the end of the connection is the body's regular end. */
  public boolean endsWithConnection() {
    return state == State.UNTIL_CLOSE;
  }

  /** Takes what it can; parts go to {@code out}. */
  public Step decode(ByteBuf in, List<Object> out) {
    while (true) {
      switch (state) {
        case UNTIL_CLOSE -> {
          if (in.isReadable()) {
            out.add(new DefaultHttpContent(in.readRetainedSlice(in.readableBytes())));
          }
          return Step.MORE;
        }
        case LENGTH -> {
          if (!in.isReadable()) {
            return Step.MORE;
          }
          int n = (int) Math.min(left, in.readableBytes());
          left -= n;
          ByteBuf slice = in.readRetainedSlice(n);
          if (left == 0) {
            out.add(new DefaultLastHttpContent(slice, EmptyHttpHeaders.INSTANCE));
            return Step.DONE;
          }
          out.add(new DefaultHttpContent(slice));
        }
        case CHUNK -> {
          if (!in.isReadable()) {
            return Step.MORE;
          }
          int n = (int) Math.min(left, in.readableBytes());
          left -= n;
          out.add(new DefaultHttpContent(in.readRetainedSlice(n)));
          if (left == 0) {
            state = State.CHUNK_END;
          }
        }
        case CHUNK_END -> {
          if (in.readableBytes() < 2) {
            return in.isReadable() && in.getByte(in.readerIndex()) != '\r' ? Step.FAULT : Step.MORE;
          }
          // Length and chunk disagree: whoever believes the line end reads another body.
          if (in.readByte() != '\r' || in.readByte() != '\n') {
            return Step.FAULT;
          }
          state = State.CHUNK_SIZE;
        }
        case CHUNK_SIZE -> {
          Step step = chunkLine(in);
          if (step != Step.DONE) {
            return step;
          }
        }
        case TRAILER -> {
          return trailer(in, out);
        }
      }
    }
  }

  /** Bytes of a whole line with its end, 0 when it is not all there, -1 when it is none. */
  private int line(ByteBuf in, int limit) {
    int from = in.readerIndex();
    int lf = in.forEachByte(from + scanned, in.readableBytes() - scanned, ByteProcessor.FIND_LF);
    if (lf < 0) {
      scanned = in.readableBytes();
      return scanned > limit ? -1 : 0;
    }
    scanned = 0;
    int n = lf + 1 - from;
    // A bare LF ends a line for some readers only.
    return n > limit || n < 2 || in.getByte(lf - 1) != '\r' ? -1 : n;
  }

  private Step chunkLine(ByteBuf in) {
    int n = line(in, MAX_CHUNK_LINE);
    if (n <= 0) {
      return n == 0 ? Step.MORE : Step.FAULT;
    }
    int at = in.readerIndex();
    int end = at + n - 2;
    long size = 0;
    int digits = 0;
    for (; at < end; at++, digits++) {
      int digit = Character.digit((char) (in.getByte(at) & 0xff), 16);
      if (digit < 0) {
        break;
      }
      size = size << 4 | digit;
    }
    // No sign, no "0x", no blank before it; more digits could overflow in another reader.
    if (digits == 0 || digits > MAX_SIZE_DIGITS || !isExtension(in, at, end)) {
      return Step.FAULT;
    }
    in.skipBytes(n);
    left = size;
    if (size == 0) {
      trailer = new HeadFields();
      trailerBytes = 0;
      state = State.TRAILER;
    } else {
      state = State.CHUNK;
    }
    return Step.DONE;
  }

  /** RFC 9112 §7.1.1: nothing, or what follows a semicolon, blanks before it; no control bytes. */
  private static boolean isExtension(ByteBuf in, int from, int end) {
    int at = from;
    while (at < end && isBlank(in.getByte(at))) {
      at++;
    }
    if (at == end) {
      return at == from;
    }
    if (in.getByte(at) != ';') {
      return false;
    }
    for (; at < end; at++) {
      byte b = in.getByte(at);
      if ((b >= 0 && b < ' ' && b != '\t') || b == 0x7f) {
        return false;
      }
    }
    return true;
  }

  private Step trailer(ByteBuf in, List<Object> out) {
    while (true) {
      int n = line(in, maxTrailer - trailerBytes);
      if (n <= 0) {
        return n == 0 ? Step.MORE : Step.FAULT;
      }
      if (n == 2) {
        in.skipBytes(2);
        out.add(
            trailer.isEmpty()
                ? LastHttpContent.EMPTY_LAST_CONTENT
                : new DefaultLastHttpContent(io.netty.buffer.Unpooled.EMPTY_BUFFER, trailer));
        return Step.DONE;
      }
      byte[] field = new byte[n];
      in.readBytes(field);
      trailerBytes += n;
      int colon = FieldLine.colon(field, 0, n - 2);
      if (colon <= 0) {
        return Step.FAULT;
      }
      trailer.add(FieldLine.text(field, 0, colon), FieldLine.text(field, colon + 1, n - 2).strip());
    }
  }

  private static boolean isBlank(byte b) {
    return b == ' ' || b == '\t';
  }
}

package io.cade.proxy.line;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class LineReaderTest {
  private static final int REPLY = 1024;
  private static final int MOST_WAITING = 8 * REPLY;

  private final LineReader reader = new LineReader(4096, false);
  private final Replying replying = new Replying();
  private final EmbeddedChannel channel = new EmbeddedChannel(reader, replying);

  /** Answers each line; its replies leave when the channel is flushed. */
  @SuppressWarnings("FutureReturnValueIgnored")
  private static final class Replying extends ChannelInboundHandlerAdapter {
    private int lines;

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
      lines++;
      ctx.write(Unpooled.wrappedBuffer(new byte[REPLY]));
    }
  }

  private static ByteBuf commands(int count) {
    return Unpooled.copiedBuffer("CAPA\r\n".repeat(count), StandardCharsets.US_ASCII);
  }

  private void takeReplies() {
    channel.flush();
    for (ByteBuf reply = channel.readOutbound(); reply != null; reply = channel.readOutbound()) {
      reply.release();
    }
  }

  @Test
  void commandsWaitAsLongAsTheirRepliesAreNotTaken() {
    channel.config().setWriteBufferWaterMark(new WriteBufferWaterMark(REPLY, MOST_WAITING));
    channel.writeInbound(commands(1000));
    assertThat(replying.lines).isLessThanOrEqualTo(MOST_WAITING / REPLY + 1);
    assertThat(channel.config().isAutoRead()).isFalse();
    for (int i = 0; i < 1000 && replying.lines < 1000; i++) {
      takeReplies();
    }
    takeReplies();
    assertThat(replying.lines).isEqualTo(1000);
    assertThat(channel.config().isAutoRead()).isTrue();
    channel.finishAndReleaseAll();
  }

  @Test
  void whoHasPausedTheReaderDecidesWhenItReadsOn() {
    channel.config().setWriteBufferWaterMark(new WriteBufferWaterMark(REPLY, MOST_WAITING));
    channel.writeInbound(commands(1000));
    reader.pause();
    int before = replying.lines;
    takeReplies();
    assertThat(replying.lines).isEqualTo(before);
    assertThat(channel.config().isAutoRead()).isFalse();
    reader.resume();
    assertThat(replying.lines).isGreaterThan(before);
    takeReplies();
    channel.finishAndReleaseAll();
  }
}

package io.cade.engine.tftp;

import io.cade.engine.boottree.Upload;
import java.io.IOException;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A file on its way from a client. Blocks are written on the loop, the final sync is not. */
final class WriteTransfer extends Transfer {
  private static final Logger LOG = LoggerFactory.getLogger(WriteTransfer.class);

  private @Nullable Upload upload;
  private @Nullable UploadCore core;

  WriteTransfer(TransferHost host, InetSocketAddress client) {
    super(host, client);
  }

  /** The file has been opened; it belongs to this transfer from now on. */
  void writes(Upload opened, Negotiation agreed, TftpConfig config) {
    upload = opened;
    core = new UploadCore(agreed, config);
  }

  @Override
  void start() {
    step(new UploadCore.Event.Start());
  }

  @Override
  void packet(TftpPacket packet) {
    step(new UploadCore.Event.Received(packet));
  }

  @Override
  void tick() {
    step(new UploadCore.Event.Tick());
  }

  private void step(UploadCore.Event event) {
    UploadCore stepped = core;
    Upload file = upload;
    if (stepped == null || file == null || isOver()) {
      return;
    }
    UploadCore.Step next = stepped.step(event, host().loop().nanoTime());
    if (next.send().isPresent() && stepped.retries() > 0) {
      host().count(TftpOutcome.RETRANSMITTED);
    }
    byte[] bytes = next.write();
    if (bytes != null && !write(file, bytes)) {
      return;
    }
    next.send().ifPresent(this::send);
    if (next.complete()) {
      complete(file);
    }
    if (next.end().isPresent()) {
      end(next.end().get());
    } else {
      wakeAt(next.wakeAtNanos());
    }
  }

  private boolean write(Upload file, byte[] bytes) {
    try {
      file.write(bytes);
      return true;
    } catch (Upload.NoRoom e) {
      LOG.warn("upload of {} is refused: {}", client(), e.getMessage());
      fail(TftpPacket.ERROR_DISK_FULL, "no room", TftpOutcome.WRITE_LIMIT);
    } catch (IOException e) {
      LOG.warn("upload of {} cannot be written", client(), e);
      fail(TftpPacket.ERROR_OTHER, "file cannot be written", TftpOutcome.WRITE_FAILED);
    }
    return false;
  }

  private void complete(Upload file) {
    host()
        .files()
        .execute(() -> {
          try {
            file.complete();
            host().loop().execute(() -> step(new UploadCore.Event.Committed()));
          } catch (IOException e) {
            LOG.warn("upload of {} cannot be completed", client(), e);
            host()
                .loop()
                .execute(() ->
                    fail(
                        TftpPacket.ERROR_OTHER,
                        "file cannot be written",
                        TftpOutcome.WRITE_FAILED));
          }
        });
  }

  private void fail(int code, String message, TftpOutcome outcome) {
    send(new TftpPacket.Failure(code, message));
    end(outcome);
  }

  @Override
  void release() {
    if (upload != null) {
      upload.close();
      upload = null;
    }
  }
}

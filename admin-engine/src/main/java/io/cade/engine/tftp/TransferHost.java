package io.cade.engine.tftp;

import io.cade.engine.datagram.DatagramLoop;
import java.util.concurrent.Executor;

/** What a transfer needs of its server. */
interface TransferHost {
  DatagramLoop loop();

  /** Where blocking work on files is done. */
  Executor files();

  void count(TftpOutcome outcome);

  /** The transfer holds its place no longer. */
  void ended(Transfer transfer);
}

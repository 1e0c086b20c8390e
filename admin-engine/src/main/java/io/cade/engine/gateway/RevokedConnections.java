package io.cade.engine.gateway;

import io.cade.agent.wire.CardPosition;
import io.cade.engine.change.Commit;
import io.cade.engine.change.CommitListener;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Change;
import java.util.List;
import java.util.function.Consumer;

/**
 * Ends the connections of a card as soon as its certificate counts no more: a long poll or a
 * download that is under way would otherwise outlive it.
 */
public final class RevokedConnections implements CommitListener {
  private final Consumer<CardPosition> disconnect;

  /**
   * @param disconnect closes all connections of a card; must not block
   */
  public RevokedConnections(Consumer<CardPosition> disconnect) {
    this.disconnect = disconnect;
  }

  @Override
  public void committed(List<Commit> commits, Cabinet after) {
    for (Commit commit : commits) {
      for (Change change : commit.changes()) {
        if (change instanceof Change.CertificateChange.Revoked revoked) {
          disconnect.accept(revoked.position());
        }
      }
    }
  }
}

package io.cade.mib.snmp;

import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.snmp4j.PDU;
import org.snmp4j.agent.DefaultMOScope;
import org.snmp4j.agent.MOQuery;
import org.snmp4j.agent.MOScope;
import org.snmp4j.agent.mo.GenericManagedObject;
import org.snmp4j.agent.request.Request;
import org.snmp4j.agent.request.SubRequest;
import org.snmp4j.smi.OID;
import org.snmp4j.smi.VariableBinding;

/**
 * A subtree that is served from frames, one frame per request. It must be a {@link
 * GenericManagedObject}: the command processor looks for that type, and a plain {@code
 * ManagedObject} is silently never found. Used by the SNMP thread alone.
 */
final class ReadOnlySubtree implements GenericManagedObject {
  private static final Logger LOG = LoggerFactory.getLogger(ReadOnlySubtree.class);

  private final MOScope scope;
  private final Supplier<Frame> frames;
  private boolean failing;

  ReadOnlySubtree(String root, Supplier<Frame> frames) {
    OID oid = new OID(root);
    this.scope = new DefaultMOScope(oid, true, oid.nextPeer(), false);
    this.frames = frames;
  }

  @Override
  public MOScope getScope() {
    return scope;
  }

  @Override
  public @Nullable OID find(MOScope range) {
    VariableBinding found = frames.get().next(range.getLowerBound(), range.isLowerIncluded());
    return found == null || beyond(range, found.getOid()) ? null : found.getOid();
  }

  /**
   * Says yes to every search that reaches this subtree, without looking: {@link #next} looks right
   * after, and where it finds nothing the search goes on behind this subtree. So each instance is
   * looked for once and not twice.
   */
  @Override
  public @Nullable OID find(MOQuery query, Function<OID, Boolean> filter) {
    return scope.getLowerBound();
  }

  @Override
  public void get(SubRequest<?> request) {
    try {
      VariableBinding binding = request.getVariableBinding();
      binding.setVariable(frameOf(request).get(binding.getOid()));
      request.completed();
      failing = false;
    } catch (RuntimeException e) {
      fail(request, e);
    }
  }

  @Override
  @SuppressWarnings("deprecation") // by SNMP4J-Agent, which still declares it abstract
  public boolean next(SubRequest<?> request) {
    return next(request, oid -> true);
  }

  @Override
  public boolean next(SubRequest<?> request, Function<OID, Boolean> filter) {
    try {
      Frame frame = frameOf(request);
      MOScope range = request.getScope();
      VariableBinding found = frame.next(range.getLowerBound(), range.isLowerIncluded());
      while (found != null && !filter.apply(found.getOid())) {
        found = frame.next(found.getOid(), false);
      }
      if (found == null || beyond(range, found.getOid())) {
        return false;
      }
      request.getVariableBinding().setOid(found.getOid());
      request.getVariableBinding().setVariable(found.getVariable());
      request.completed();
      failing = false;
      return true;
    } catch (RuntimeException e) {
      fail(request, e);
      return true; // answered, with an error
    }
  }

  /** The frame of the request that this is a part of. */
  private Frame frameOf(SubRequest<?> subRequest) {
    Request<?, ?, ?> request = subRequest.getRequest();
    if (request.getProcessingUserObject(this) instanceof Frame frame) {
      return frame;
    }
    Frame frame = frames.get();
    request.setProcessingUserObject(this, frame);
    return frame;
  }

  private void fail(SubRequest<?> request, RuntimeException e) {
    if (!failing) { // once, not for each of a manager's retries
      LOG.error("SNMP cannot read what is below {}; requests get genErr", scope, e);
    }
    failing = true;
    // On the status: setErrorStatus of the sub-request itself does not end it, and a GETNEXT would
    // loop for ever.
    request.getStatus().setErrorStatus(PDU.genErr);
  }

  private static boolean beyond(MOScope range, OID oid) {
    OID upper = range.getUpperBound();
    if (upper == null) {
      return false;
    }
    int order = oid.compareTo(upper);
    return order > 0 || (order == 0 && !range.isUpperIncluded());
  }

  @Override
  public void prepare(SubRequest<?> request) {
    request.getStatus().setErrorStatus(PDU.notWritable);
  }

  @Override
  public void commit(SubRequest<?> request) {
    request.getStatus().setErrorStatus(PDU.commitFailed);
  }

  @Override
  public void undo(SubRequest<?> request) {
    request.getStatus().setErrorStatus(PDU.undoFailed);
  }

  @Override
  public void cleanup(SubRequest<?> request) {
    request.completed();
  }
}

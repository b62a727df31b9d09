/** A hybrid kernel of the services that come along: each is put where you say, into the kernel or into user space. */
import { linkKernel } from 'kernelcheck';

export default linkKernel({
  name: 'placed',
  placement: { files: 'user', disk: 'user', console: 'kernel', network: 'user', memory: 'kernel' },
});

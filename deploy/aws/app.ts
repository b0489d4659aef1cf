import { App } from 'aws-cdk-lib';
import { checkAll } from './checks.ts';
import { buildHouse } from './house.ts';

/** What `cdk` runs, by `cdk.json`. */
const app = new App();
buildHouse(app);
checkAll(app);
app.synth();

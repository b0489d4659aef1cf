import { createOnnxFile } from './onnx-file.ts';
import { readTorchFile, type Tensor } from './torch-file.ts';

/** Width and height of what it looks at, in dots. */
export const TAGGER_SIZE_PX = 224;
export const TAGGER_CLASSES = 1000;
/** Steps of the blocks, which the weights do not tell. */
const STRIDES = [1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1, 1, 1, 1];
/** What keeps the normalisation from dividing by nothing, as it was trained. */
const EPSILON = 1e-3;

/**
 * Makes a network that onnxruntime runs of the weights of EfficientNet-Lite0 (Tan and Le, "EfficientNet", 2019, and
 * Google's later variant for phones, without squeeze and excitation and with ReLU6): these are had as PyTorch's, and no
 * package has them in ONNX. Normalisations are worked into the convolutions before them.
 *
 * @returns the network: in go 1 x 3 x 224 x 224 numbers in `[-1, 1]`, out come the shares of 1,000 classes of ImageNet
 */
export function efficientNet(file: Buffer): Buffer {
  const tensors = readTorchFile(file);
  const take = (name: string): Tensor => {
    const tensor = tensors.get(name);
    if (!tensor) throw new Error(`The weights lack ${name}.`);
    return tensor;
  };
  const onnx = createOnnxFile();
  const bound = (value: number) => onnx.weights({ shape: [], values: new Float32Array([value]) });
  const [zero, six] = [bound(0), bound(6)];

  const convolution = (input: string, name: string, norm: string, stride: number): string => {
    const { weights, bias } = normalised(take(`${name}.weight`), (part) => take(`${norm}.${part}`).values);
    const [, perGroup, kernel] = weights.shape as [number, number, number];
    return onnx.step('Conv', [input, onnx.weights(weights), onnx.weights(bias)], {
      auto_pad: 'SAME_UPPER',
      kernel_shape: [kernel, kernel],
      strides: [stride, stride],
      group: perGroup === 1 ? (weights.shape[0] as number) : 1,
    });
  };
  const clipped = (input: string) => onnx.step('Clip', [input, zero, six]);

  let now = clipped(convolution('picture', '_conv_stem', '_bn0', 2));
  STRIDES.forEach((stride, i) => {
    const block = `_blocks.${i}.`;
    const before = now;
    const widens = tensors.has(`${block}_expand_conv.weight`);
    if (widens) now = clipped(convolution(now, `${block}_expand_conv`, `${block}_bn0`, 1));
    now = clipped(convolution(now, `${block}_depthwise_conv`, `${block}_bn1`, stride));
    now = convolution(now, `${block}_project_conv`, `${block}_bn2`, 1);
    const goesIn = take(`${block}${widens ? '_expand_conv' : '_depthwise_conv'}.weight`).shape[widens ? 1 : 0];
    const comesOut = take(`${block}_project_conv.weight`).shape[0];
    if (stride === 1 && goesIn === comesOut) now = onnx.step('Add', [now, before]);
  });
  now = clipped(convolution(now, '_conv_head', '_bn1', 1));
  now = onnx.step('Flatten', [onnx.step('GlobalAveragePool', [now])]);
  now = onnx.step('Gemm', [now, onnx.weights(take('_fc.weight')), onnx.weights(take('_fc.bias'))], { transB: 1 });
  now = onnx.step('Softmax', [now], { axis: 1 });
  return onnx.finish(
    { name: 'picture', shape: [1, 3, TAGGER_SIZE_PX, TAGGER_SIZE_PX] },
    { name: now, shape: [1, TAGGER_CLASSES] },
  );
}

function normalised(
  { shape, values }: Tensor,
  norm: (part: string) => Float32Array,
): Record<'weights' | 'bias', Tensor> {
  const [scale, shift, mean, variance] = ['weight', 'bias', 'running_mean', 'running_var'].map(norm) as [
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  const outputs = shape[0] as number;
  const each = values.length / outputs;
  const weights = new Float32Array(values.length);
  const bias = new Float32Array(outputs);
  for (let o = 0; o < outputs; o++) {
    const factor = (scale[o] as number) / Math.sqrt((variance[o] as number) + EPSILON);
    bias[o] = (shift[o] as number) - (mean[o] as number) * factor;
    for (let i = o * each; i < (o + 1) * each; i++) weights[i] = (values[i] as number) * factor;
  }
  return { weights: { shape, values: weights }, bias: { shape: [outputs], values: bias } };
}
